/**
 * Finds the parts of variables that an expression reads. The search visits the syntax tree from the root down
 * to the variables. At each node, the search knows which parts of the node's result are needed, and derives
 * which parts of the operands are needed. A selection `a.b` needs only the field `b` of `a`. A loop needs
 * those parts of each element that its body reads through the variable of the loop. When the exact parts are
 * not known, the whole value counts as read.
 */
import { unescapeName } from "../check/names.ts";
import type { Reads } from "../types.ts";
import { children, type Expr, type Node, plainCallee } from "./ast.ts";

/**
 * The reads that were found so far, as a tree. The keys of the root are variables, and the keys below are
 * fields. The value `whole` means that the whole variable or field is read.
 */
type Needs = Map<string, "whole" | Needs>;

/** The macro variables visible at a node. Each variable has a map in which its reads are collected. */
type Scope = ReadonlyMap<string, Needs>;

const NOTHING: Reads = new Map();

/**
 * Returns the reads of each variable that the expression does not declare itself.
 *
 * @param isFunction See {@link plainCallee}.
 */
export function readsOfTree(
  root: Expr,
  isFunction: (name: string) => boolean,
): ReadonlyMap<string, Reads> {
  const reader = new Reader(isFunction);
  reader.visit(root, "whole", new Map());
  return reader.found;
}

/**
 * Adds one read to the entry `key` of a map of reads. The map is changed in place. An entry that already
 * contains the whole value stays unchanged.
 *
 * @param needs The map to change. The maps inside of `needs` are changed too, so they must not be part of
 * another map.
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

/** Walks one syntax tree and collects the reads of its variables. */
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
      // `or` and `orValue` take their result from the optional or from the argument. The parts that are read
      // of the result are therefore recorded for the optional and for the argument.
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
    // The last variable of a loop is the element. If the loop has two variables, the first is an index or
    // key. A body that uses only this first variable reads no data of the element.
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

  /** Visits the body of a macro that declares a variable. Returns the reads of this variable in the body. */
  #within(variable: string, body: Expr, need: Reads, scope: Scope): Reads {
    const own: Needs = new Map();
    this.visit(body, need, new Map([...scope, [variable, own]]));
    return own.get(variable) ?? NOTHING;
  }
}

/**
 * Returns a read of one field. The field is recorded under its CEL identifier, and under the JSON name if
 * the identifier is an escaped name.
 */
function field(name: string, need: Reads): Reads {
  const own = unescapeName(name);
  return new Map([[name, need], ...own === undefined ? [] : [[own, need] as const]]);
}

function each(need: Reads): Reads {
  return new Map([["*", need]]);
}

/** Returns the part that is read of each element, derived from the part that is read of the list. */
function elementOf(need: Reads): Reads {
  return need === "whole" ? need : need.get("*") ?? NOTHING;
}
