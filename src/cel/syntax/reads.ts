/**
 * Finds the parts of variables that an expression reads. Starting from the whole result, needs are passed
 * down the tree: a selection needs its field of the operand, and a loop needs of each element the parts
 * that its body needs of the loop's variable. Where the exact need is unknown, the whole value is needed.
 */
import { unescapeName } from "../check/names.ts";
import type { Reads } from "../types.ts";
import { children, type Expr, type Node, plainCallee } from "./ast.ts";

/** Needs under construction: by variable, then by field. */
type Needs = Map<string, "whole" | Needs>;

/** Variables of macros, each with the map that collects its needs. */
type Scope = ReadonlyMap<string, Needs>;

const NOTHING: Reads = new Map();

/** The needs of each free identifier; see {@link plainCallee} for `isFunction`. */
export function readsOfTree(
  root: Expr,
  isFunction: (name: string) => boolean,
): ReadonlyMap<string, Reads> {
  const reader = new Reader(isFunction);
  reader.visit(root, "whole", new Map());
  return reader.found;
}

/**
 * Adds a need for a key to a map of needs, in place. The need for the whole value covers all others.
 *
 * @param needs Its maps are changed at every depth, so they must not be shared.
 */
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

/** Walks one tree and collects needs. */
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
      // The result is the optional's value or the argument.
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
    // The last variable is the element. The first of two is an index, or a key, which partOf keeps.
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

  /** Visits a body with one more variable; the result is the body's need of that variable. */
  #within(variable: string, body: Expr, need: Reads, scope: Scope): Reads {
    const own: Needs = new Map();
    this.visit(body, need, new Map([...scope, [variable, own]]));
    return own.get(variable) ?? NOTHING;
  }
}

/** The need of a field, under its CEL identifier and under the JSON name that it may escape. */
function field(name: string, need: Reads): Reads {
  const own = unescapeName(name);
  return new Map([[name, need], ...own === undefined ? [] : [[own, need] as const]]);
}

function each(need: Reads): Reads {
  return new Map([["*", need]]);
}

/** The need of each element of a list. */
function elementOf(need: Reads): Reads {
  return need === "whole" ? need : need.get("*") ?? NOTHING;
}
