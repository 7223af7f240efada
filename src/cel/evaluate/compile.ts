/**
 * Compiles a syntax tree to closures, one closure of type {@link Step} for each node. Each closure is
 * created in a separate function, because closures that are created in the same scope keep each other's
 * variables in memory.
 */
import type { Expr, Node } from "../syntax/ast.ts";
import type { Overload } from "../library/declare.ts";
import { fail, noOverload, read } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import { ListValue, Optional, type Value } from "../value/values.ts";
import {
  element,
  elementAsKey,
  optionalElement,
  optionalSelection,
  presence,
  presenceAsBranch,
  selection,
} from "./access.ts";
import { COST } from "./budget.ts";
import { compileCall } from "./calls.ts";
import type { Step } from "./frame.ts";
import { compileLoop } from "./loops.ts";
import type { BranchTracer } from "../types.ts";

/** The closures that read the macro variables visible at a node. The keys are the names of the variables. */
export type Locals = ReadonlyMap<string, Step>;

/** Compiles the nodes of one expression. */
export class Compiler {
  #slots = 0;
  /** The closures that return the same result in every evaluation. */
  readonly constants = new Set<Step>();

  /** Creates a compiler for one expression. */
  constructor(
    /** The overloads that each call may select at run time, as the type checker found them. */
    readonly chosen: ReadonlyMap<Expr, readonly Overload[]>,
    /**
     * Receives each branch of a conditional that an evaluation takes; absent for a program that is not
     * traced.
     */
    readonly tracer?: BranchTracer,
  ) {}

  /** Reserves a slot in the frame for the variable of a macro, and returns the index of the slot. */
  slot(): number {
    return this.#slots++;
  }

  /** Records that a closure returns the same result in every evaluation. */
  constant(step: Step): Step {
    this.constants.add(step);
    return step;
  }

  /** Compiles a node to a closure. */
  compile(expr: Expr, locals: Locals): Step {
    switch (expr.kind) {
      case "literal":
        return this.constant(literal(expr.value));
      case "ident":
        return locals.get(expr.name) ?? global(expr.name, expr.at);
      case "select":
        return this.#select(expr, locals, false);
      case "has":
        return presence(this.#operand(expr.operand, locals), expr.field, expr.at);
      case "index":
        return this.#index(expr, locals, false);
      case "call":
        return compileCall(this, expr, locals);
      case "list":
        return this.#list(expr, locals);
      case "map":
        return this.#map(expr, locals);
      case "loop":
        return compileLoop(this, expr, locals);
      case "bind": {
        const slot = this.slot();
        const init = lazily(this.compile(expr.init, locals), slot);
        const body = this.compile(expr.body, new Map([...locals, [expr.variable, init]]));
        return fresh(body, slot);
      }
      case "optMap": {
        const target = this.compile(expr.target, locals);
        const slot = this.slot();
        const inside = new Map([...locals, [expr.variable, local(slot)]]);
        return onPresent(target, this.compile(expr.body, inside), slot, expr.flat, expr.at);
      }
    }
  }

  /**
   * Compiles a branch of `? :`. A branch that is a call of `has()` may return an optional; see
   * {@link presenceAsBranch}.
   */
  branch(expr: Expr, locals: Locals): Step {
    if (expr.kind !== "has") return this.compile(expr, locals);
    return presenceAsBranch(this.#operand(expr.operand, locals), expr.field, expr.at);
  }

  /**
   * Compiles the operand of a selection. The operand may itself be a selection or an index, such as `a.b` in
   * `a.b.c`. Such an operand is compiled with `isLink`, because cel-go does not unwrap an optional in the
   * middle of a chain of selections.
   */
  #operand(expr: Expr, locals: Locals): Step {
    if (expr.kind === "select") return this.#select(expr, locals, true);
    return expr.kind === "index" ? this.#index(expr, locals, true) : this.compile(expr, locals);
  }

  #select(expr: Node<"select">, locals: Locals, isLink: boolean): Step {
    const operand = this.#operand(expr.operand, locals);
    return expr.optional
      ? optionalSelection(operand, expr.field, expr.at)
      : selection(operand, expr.field, expr.at, isLink, globalPath(expr, locals));
  }

  #index(expr: Node<"index">, locals: Locals, isLink: boolean): Step {
    const operand = this.#operand(expr.operand, locals);
    const index = this.#key(expr.index, locals);
    return expr.optional ? optionalElement(operand, index, expr.at) : element(
      operand,
      index,
      expr.index.kind === "literal",
      expr.at,
      isLink,
      globalPath(expr, locals),
    );
  }

  /**
   * Compiles the expression between the brackets of an index. A call of `has()`, and an element such as
   * `b[0]`, are compiled in a special way here, because cel-go reports their failures differently inside of
   * brackets.
   */
  #key(expr: Expr, locals: Locals): Step {
    if (expr.kind === "has") {
      return presence(this.compile(expr.operand, locals), expr.field, expr.at, true);
    }
    if (expr.kind !== "index" || expr.optional) return this.compile(expr, locals);
    const operand = this.#operand(expr.operand, locals);
    return elementAsKey(operand, this.#key(expr.index, locals), expr.at);
  }

  #list(expr: Node<"list">, locals: Locals): Step {
    const steps = expr.elements.map(({ value, optional }) => {
      const step = this.compile(value, locals);
      return optional ? optionalPart(step, expr.at) : step;
    });
    return listOf(steps, expr.at);
  }

  #map(expr: Node<"map">, locals: Locals): Step {
    // Constant keys of a map literal are not kept for later evaluations. Keys of opaque types, such as
    // quantities, are compared by object identity, so each evaluation needs new keys.
    const keys = expr.entries.map(({ key }) =>
      key.kind === "call" ? compileCall(this, key, locals, false) : this.compile(key, locals)
    );
    const values = expr.entries.map(({ value, optional }) => {
      const step = this.compile(value, locals);
      return optional ? optionalPart(step, expr.at) : step;
    });
    return mapOf(keys, values, expr.at);
  }
}

function literal(value: Value): Step {
  return () => value;
}

/** Compiles the use of a macro variable: reads the slot of the variable. */
export function local(slot: number): Step {
  return (frame) => read(frame.locals[slot] ?? null);
}

function global(name: string, offset: number): Step {
  return (frame) => {
    frame.at = offset;
    const value = frame.variable(name);
    return value === undefined ? fail("pending", `no such attribute: ${name}`) : value;
  };
}

/**
 * The value of `?x` in a list or map literal when the optional `x` is absent. The list or map then leaves the
 * element or entry out. Expressions cannot return this symbol, because a symbol is not a CEL value.
 */
const LEFT_OUT = Symbol("left out") as unknown as Value;

/** Compiles `?value` in a list or map literal. */
function optionalPart(step: Step, offset: number): Step {
  return (frame) => {
    const value = step(frame);
    frame.at = offset;
    if (!(value instanceof Optional)) {
      return fail("argument", "the value after ? must be an optional");
    }
    return value.value === undefined ? LEFT_OUT : value.value;
  };
}

function listOf(steps: readonly Step[], offset: number): Step {
  return (frame) => {
    frame.at = offset;
    frame.budget.charge(COST.container + steps.length * COST.element);
    const items: Value[] = [];
    for (const step of steps) {
      const value = step(frame);
      if (value !== LEFT_OUT) items.push(value);
    }
    return ListValue.of(items);
  };
}

function mapOf(keys: readonly Step[], values: readonly Step[], offset: number): Step {
  return (frame) => {
    frame.at = offset;
    frame.budget.charge(COST.container + keys.length * COST.entry);
    const map = new ComputedMap();
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!(frame);
      const value = values[index]!(frame);
      frame.at = offset;
      if (value === LEFT_OUT) map.delete(key, frame.budget);
      else map.set(key, value, frame.budget);
    }
    return map;
  };
}

/**
 * Compiles the use of a `cel.bind` variable. The value of the variable is computed when the variable is
 * first read, and then kept.
 */
function lazily(init: Step, slot: number): Step {
  return (frame) => {
    const known = frame.locals[slot] as Value | undefined;
    return known === undefined ? frame.locals[slot] = init(frame) : known;
  };
}

/**
 * Compiles the body of `cel.bind`. In a loop, the body runs several times, so the variable's value from the
 * previous run is removed first.
 */
function fresh(body: Step, slot: number): Step {
  return (frame) => {
    frame.locals[slot] = undefined;
    return body(frame);
  };
}

/** Compiles `optMap`, or `optFlatMap` when `flat` is true. */
function onPresent(target: Step, body: Step, slot: number, flat: boolean, offset: number): Step {
  return (frame) => {
    const optional = target(frame);
    frame.at = offset;
    if (!(optional instanceof Optional)) return noOverload();
    if (optional.value === undefined) return optional;
    frame.locals[slot] = optional.value;
    const result = body(frame);
    return flat ? result : Optional.of(result);
  };
}

/**
 * Returns the path of a selection that consists of names and literal indexes only, such as `a.b["c"][0]`.
 * Returns undefined for other expressions, and when the first name is a macro variable.
 */
function globalPath(expr: Expr, locals: Locals): string | undefined {
  if (expr.kind === "ident") return locals.has(expr.name) ? undefined : expr.name;
  if ((expr.kind !== "select" && expr.kind !== "index") || expr.optional) return undefined;
  const prefix = globalPath(expr.operand, locals);
  if (prefix === undefined) return undefined;
  if (expr.kind === "select") return `${prefix}.${expr.field}`;
  const key = expr.index.kind === "literal" ? expr.index.value : undefined;
  if (typeof key === "string") return `${prefix}[${JSON.stringify(key)}]`;
  return typeof key === "bigint" ? `${prefix}[${key}]` : undefined;
}
