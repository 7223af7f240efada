/**
 * What an expression reads of its variables. The need for a result goes down the tree: a selection needs
 * its field of the operand, a loop needs of each element what its body needs of the loop's variable.
 * What cannot be told exactly needs the whole value.
 */
import { unescapeName } from "../check/names.ts";
import type { Reads } from "../types.ts";
import { children, type Expr, type Node, plainCallee } from "./ast.ts";

/** Needs that grow while a tree is walked: by variable, then by field. */
type Needs = Map<string, "whole" | Needs>;

/** Variables of macros, each with where its needs are collected. */
type Scope = ReadonlyMap<string, Needs>;

const NOTHING: Reads = new Map();

/** The needs of each free identifier; `isFunction` tells namespaced functions from methods. */
export function readsOfTree(
  root: Expr,
  isFunction: (name: string) => boolean,
): ReadonlyMap<string, Reads> {
  const reader = new Reader(isFunction);
  reader.visit(root, "whole", new Map());
  return reader.found;
}

/** Adds a need to others. */
export function addRead(needs: Map<string, Reads>, key: string, need: Reads): void {
  add(needs as Needs, key, need);
}

function add(needs: Needs, key: string, need: Reads): void {
  const known = needs.get(key);
  if (known === "whole") return;
  if (need === "whole") return void needs.set(key, "whole");
  const below: Needs = known ?? new Map();
  needs.set(key, below);
  for (const [name, further] of need) add(below, name, further);
}

class Reader {
  readonly found: Needs = new Map();

  constructor(private readonly isFunction: (name: string) => boolean) {}

  visit(expr: Expr, need: Reads, scope: Scope): void {
    switch (expr.kind) {
      case "literal":
        return;
      case "ident":
        return add(scope.get(expr.name) ?? this.found, expr.name, need);
      case "select":
        return this.visit(expr.operand, field(expr.field, need), scope);
      case "has":
        return this.visit(expr.operand, field(expr.field, NOTHING), scope);
      case "index": {
        const { index } = expr;
        const named = index.kind === "literal" && typeof index.value === "string";
        this.visit(index, "whole", scope);
        return this.visit(
          expr.operand,
          named ? field(String(index.value), need) : each(need),
          scope,
        );
      }
      case "list":
        return expr.elements.forEach(({ value }) => this.visit(value, elementOf(need), scope));
      case "call":
        return this.#call(expr, need, scope);
      case "loop":
        return this.#loop(expr, need, scope);
      case "bind":
        return this.visit(expr.init, this.#within(expr.variable, expr.body, need, scope), scope);
      case "optMap":
        return this.visit(
          expr.target,
          this.#within(expr.variable, expr.body, need, scope),
          scope,
        );
      case "map":
        return this.#all(expr, scope);
    }
  }

  #all(expr: Expr, scope: Scope): void {
    for (const child of children(expr)) this.visit(child, "whole", scope);
  }

  #call(expr: Node<"call">, need: Reads, scope: Scope): void {
    const name = plainCallee(expr, this.isFunction);
    const [first, second, third] = expr.args;
    if (name === undefined && expr.target && first) {
      // What they yield is the optional's value or the other one.
      if (expr.args.length === 1 && (expr.name === "orValue" || expr.name === "or")) {
        this.visit(expr.target, need, scope);
        return this.visit(first, need, scope);
      }
    }
    if (name === undefined) {
      if (expr.args.length > 0 || !expr.target) return this.#all(expr, scope);
      if (expr.name === "size") return this.visit(expr.target, each(NOTHING), scope);
      if (expr.name === "hasValue") return this.visit(expr.target, NOTHING, scope);
      return this.visit(expr.target, expr.name === "value" ? need : "whole", scope);
    }
    if (name === "_?_:_" && first && second && third) {
      this.visit(first, "whole", scope);
      this.visit(second, need, scope);
      return this.visit(third, need, scope);
    }
    if (name === "size" && first && !second) return this.visit(first, each(NOTHING), scope);
    for (const arg of expr.args) this.visit(arg, "whole", scope);
  }

  #loop(expr: Node<"loop">, need: Reads, scope: Scope): void {
    const { macro, range, variables, condition, body } = expr;
    // Of two variables the second is the element; the first is an index, or a key that is kept anyway.
    const element: Needs = new Map();
    const last = variables.at(-1)!;
    const inside = new Map(scope);
    for (const variable of variables) inside.set(variable, variable === last ? element : new Map());
    if (condition) this.visit(condition, "whole", inside);
    const makesElements = macro === "map" || macro === "transformList";
    if (body) this.visit(body, makesElements ? elementOf(need) : "whole", inside);
    const passes = macro === "filter" || macro === "sortBy";
    if (passes) add(element, last, elementOf(need));
    this.visit(range, each(element.get(last) ?? NOTHING), scope);
  }

  /** Visits a body that sees one more variable; what it needs of that. */
  #within(variable: string, body: Expr, need: Reads, scope: Scope): Reads {
    const own: Needs = new Map();
    this.visit(body, need, new Map([...scope, [variable, own]]));
    return own.get(variable) ?? NOTHING;
  }
}

/** A field may stand under the name that it has in CEL, or under the one that it is escaped from. */
function field(name: string, need: Reads): Reads {
  const own = unescapeName(name);
  return new Map([[name, need], ...own === undefined ? [] : [[own, need] as const]]);
}

function each(need: Reads): Reads {
  return new Map([["*", need]]);
}

/** What is needed of each element of a list. */
function elementOf(need: Reads): Reads {
  return need === "whole" ? need : need.get("*") ?? NOTHING;
}
