/** A syntax tree as closures: one function a node, made once, run many times. */
import type { Expr, Node } from "../syntax/ast.ts";
import type { Overload } from "../library/declare.ts";
import { at, optionalAt } from "../library/operators.ts";
import { CelError, fail, noOverload, noSuchKey } from "../value/error.ts";
import { ComputedMap, isMap, ListValue, Opaque, Optional, type Value } from "../value/values.ts";
import { type Budget, COST } from "./budget.ts";
import { compileCall } from "./calls.ts";
import { compileLoop } from "./loops.ts";

/** What a running expression has at hand. */
export interface Frame {
  /** The value of a free identifier. */
  variable(name: string): Value | undefined;
  /** Variables of macros, each in a slot of its own. */
  readonly locals: (Value | CelError | undefined)[];
  readonly budget: Budget;
}

/** A compiled node. */
export type Step = (frame: Frame) => Value;

/** Macro variables that are visible at a node. */
export type Locals = ReadonlyMap<string, Step>;

/** Compiles the nodes of one expression. */
export class Compiler {
  #slots = 0;

  constructor(
    /** Which overloads the static types leave for a call. */
    readonly chosen: ReadonlyMap<Expr, readonly Overload[]>,
  ) {}

  /** A slot that no other variable of the expression uses. */
  slot(): number {
    return this.#slots++;
  }

  /** A node as a function whose failures say where they happened. */
  compile(expr: Expr, locals: Locals): Step {
    const step = this.#node(expr, locals);
    const cannotFail = expr.kind === "literal" || expr.kind === "list" ||
      (expr.kind === "ident" && locals.has(expr.name));
    if (cannotFail) return step;
    return (frame) => {
      try {
        return step(frame);
      } catch (error) {
        if (error instanceof CelError) error.offset ??= expr.at;
        throw error;
      }
    };
  }

  #node(expr: Expr, locals: Locals): Step {
    switch (expr.kind) {
      case "literal": {
        const { value } = expr;
        return () => value;
      }
      case "ident":
        return locals.get(expr.name) ?? global(expr.name);
      case "select":
        return this.#select(expr, locals);
      case "has":
        return this.#has(expr, locals);
      case "index":
        return this.#index(expr, locals);
      case "call":
        return compileCall(this, expr, locals);
      case "list":
        return this.#list(expr, locals);
      case "map":
        return this.#map(expr, locals);
      case "loop":
        return compileLoop(this, expr, locals);
      case "bind":
        return this.#bind(expr, locals);
      case "optMap":
        return this.#optMap(expr, locals);
    }
  }

  #select(expr: Node<"select">, locals: Locals): Step {
    const operand = this.compile(expr.operand, locals);
    const { field, optional } = expr;
    if (optional) {
      return (frame) => {
        const target = operand(frame);
        return target instanceof Optional && target.value === undefined
          ? target
          : Optional.of(select(unwrap(target), field));
      };
    }
    return (frame) => {
      const target = operand(frame);
      if (target instanceof Optional) {
        return target.value === undefined ? target : Optional.of(select(target.value, field));
      }
      const value = select(target, field);
      return value === undefined ? noSuchKey(field) : value;
    };
  }

  #has(expr: Node<"has">, locals: Locals): Step {
    const operand = this.compile(expr.operand, locals);
    const { field } = expr;
    return (frame) => {
      const target = unwrap(operand(frame));
      if (isMap(target)) return target.has(field);
      return target !== undefined && select(target, field) !== undefined;
    };
  }

  #index(expr: Node<"index">, locals: Locals): Step {
    const operand = this.compile(expr.operand, locals);
    const index = this.compile(expr.index, locals);
    if (expr.optional) return (frame) => optionalAt(operand(frame), index(frame));
    const shown = expr.index.kind === "literal";
    return (frame) => at(operand(frame), index(frame), shown);
  }

  #list(expr: Node<"list">, locals: Locals): Step {
    const elements = expr.elements.map((element) => ({
      step: this.compile(element.value, locals),
      optional: element.optional,
    }));
    return (frame) => {
      frame.budget.charge(COST.container + elements.length * COST.element);
      const items: Value[] = [];
      for (const { step, optional } of elements) {
        const value = optional ? present(step(frame)) : step(frame);
        if (value !== undefined) items.push(value);
      }
      return ListValue.of(items);
    };
  }

  #map(expr: Node<"map">, locals: Locals): Step {
    const entries = expr.entries.map((entry) => ({
      key: this.compile(entry.key, locals),
      value: this.compile(entry.value, locals),
      optional: entry.optional,
    }));
    return (frame) => {
      frame.budget.charge(COST.container + entries.length * COST.entry);
      const map = new ComputedMap();
      for (const { key, value, optional } of entries) {
        const name = key(frame);
        const result = optional ? present(value(frame)) : value(frame);
        if (result !== undefined) map.set(name, result);
      }
      return map;
    };
  }

  /** The initialiser runs when the variable is first read, and then never again. */
  #bind(expr: Node<"bind">, locals: Locals): Step {
    const init = this.compile(expr.init, locals);
    const slot = this.slot();
    const read: Step = (frame) => {
      const known = frame.locals[slot] as Value | undefined;
      return known === undefined ? frame.locals[slot] = init(frame) : known;
    };
    const body = this.compile(expr.body, new Map([...locals, [expr.variable, read]]));
    return (frame) => {
      frame.locals[slot] = undefined;
      return body(frame);
    };
  }

  #optMap(expr: Node<"optMap">, locals: Locals): Step {
    const target = this.compile(expr.target, locals);
    const slot = this.slot();
    const read: Step = (frame) => frame.locals[slot] as Value | undefined ?? null;
    const body = this.compile(expr.body, new Map([...locals, [expr.variable, read]]));
    return (frame) => {
      const optional = target(frame);
      if (!(optional instanceof Optional)) return noOverload();
      if (optional.value === undefined) return optional;
      frame.locals[slot] = optional.value;
      const result = body(frame);
      return expr.flat ? result : Optional.of(result);
    };
  }
}

function global(name: string): Step {
  return (frame) => {
    const value = frame.variable(name);
    return value === undefined ? fail("pending", `no such attribute: ${name}`) : value;
  };
}

/** The value of a field; undefined when it is absent. Scalars have no fields either. */
function select(target: Value | undefined, field: string): Value | undefined {
  if (isMap(target)) return target.find(field);
  if (target instanceof ListValue) return fail("overload", "a list has no fields");
  if (target instanceof Opaque) return target.field(field);
  return undefined;
}

function unwrap(value: Value): Value | undefined {
  return value instanceof Optional ? value.value : value;
}

/** What `?value` adds to a literal: nothing when the optional is absent. */
function present(value: Value): Value | undefined {
  return value instanceof Optional ? value.value : fail("argument", "no optional after ?");
}
