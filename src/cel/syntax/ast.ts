/**
 * The syntax tree of a CEL expression. Every node stores its position in the expression. Macros have node
 * types of their own.
 */

/** A range of an expression, as offsets in UTF-16 units. */
export interface Span {
  /** The offset of the first character of the range. */
  readonly start: number;
  /** The offset after the last character of the range. */
  readonly end: number;
}

/** A CEL uint, which is an unsigned 64-bit integer. A CEL int is represented by a `bigint`. */
export class Uint {
  /** Creates a uint. The caller must ensure that `value` is between 0 and 2^64 - 1. */
  constructor(readonly value: bigint) {}
}

/** The value of a literal in an expression. */
export type LiteralValue = null | boolean | bigint | Uint | number | string | Uint8Array;

/** The names of the macros that iterate over a list or map. */
export type LoopMacro =
  | "all"
  | "exists"
  | "exists_one"
  | "map"
  | "filter"
  | "transformList"
  | "transformMap"
  | "transformMapEntry"
  | "sortBy";

/** An entry of a map literal, written `key: value` or `?key: value`. */
export interface Entry {
  /** The expression before the colon, without `?`. */
  readonly key: Expr;
  /** The expression after the colon. Its value is an optional when the entry is {@link optional}. */
  readonly value: Expr;
  /**
   * Whether the entry is written with `?`. If true, the entry is left out of the map when its value is
   * absent.
   */
  readonly optional: boolean;
}

/** An element of a list literal, written `value` or `?value`. */
export interface Element {
  /**
   * The expression of the element, without `?`. Its value is an optional when the element is {@link
   * optional}.
   */
  readonly value: Expr;
  /**
   * Whether the element is written with `?`. If true, the element is left out of the list when its value is
   * absent.
   */
  readonly optional: boolean;
}

/**
 * A node of the syntax tree. `at` is the position that cel-go reports in errors, such as the position of an
 * operator. `depth` is the number of levels of the subtree that begins with the node.
 */
export type Expr =
  & Span
  & { readonly at: number; readonly depth: number }
  & (
    | { readonly kind: "literal"; readonly value: LiteralValue }
    | { readonly kind: "ident"; readonly name: string }
    | {
      readonly kind: "select";
      readonly operand: Expr;
      readonly field: string;
      readonly optional: boolean;
    }
    | { readonly kind: "has"; readonly operand: Expr; readonly field: string }
    | {
      readonly kind: "index";
      readonly operand: Expr;
      readonly index: Expr;
      readonly optional: boolean;
    }
    | {
      readonly kind: "call";
      readonly name: string;
      readonly target?: Expr;
      readonly args: readonly Expr[];
    }
    | { readonly kind: "list"; readonly elements: readonly Element[] }
    | { readonly kind: "map"; readonly entries: readonly Entry[] }
    | {
      readonly kind: "loop";
      readonly macro: LoopMacro;
      readonly range: Expr;
      readonly variables: readonly string[];
      /**
       * The condition of `all`, `exists`, `exists_one` and `filter`, or the condition that filters the
       * elements of another macro, such as `x > 0` in `list.map(x, x > 0, x)`.
       */
      readonly condition?: Expr;
      /**
       * The expression that is evaluated for each element; absent for `filter`, `all`, `exists` and
       * `exists_one`.
       */
      readonly body?: Expr;
    }
    | { readonly kind: "bind"; readonly variable: string; readonly init: Expr; readonly body: Expr }
    | {
      readonly kind: "optMap";
      readonly target: Expr;
      readonly variable: string;
      readonly body: Expr;
      /** Whether the macro is `optFlatMap`, whose body returns an optional. */
      readonly flat: boolean;
    }
  );

/** A node of the syntax tree with a specific kind. */
export type Node<K extends Expr["kind"]> = Extract<Expr, { kind: K }>;

/** Returns the nodes directly below a node, in the order of the source. */
export function children(node: Expr): readonly Expr[] {
  switch (node.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
    case "has":
      return [node.operand];
    case "index":
      return [node.operand, node.index];
    case "call":
      return node.target ? [node.target, ...node.args] : node.args;
    case "list":
      return node.elements.map((element) => element.value);
    case "map":
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case "loop":
      return [node.range, node.condition, node.body].filter((part) => part !== undefined);
    case "bind":
      return [node.init, node.body];
    case "optMap":
      return [node.target, node.body];
  }
}

/** Returns `a.b.c` as a string for a node that consists only of names; undefined for other nodes. */
export function qualifiedName(node: Expr): string | undefined {
  if (node.kind === "ident") return node.name;
  if (node.kind !== "select" || node.optional) return undefined;
  const prefix = qualifiedName(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}

/**
 * Returns the name of the called function, such as `size` or `json.marshal`. Returns undefined when the call
 * is a method call.
 *
 * @param isFunction Reports whether a function has this name. `json.marshal(x)` is a call of a function,
 * because a function is named `json.marshal`. `name.size()` is a method call.
 */
export function plainCallee(
  call: Node<"call">,
  isFunction: (name: string) => boolean,
): string | undefined {
  if (call.target === undefined) return call.name;
  const prefix = qualifiedName(call.target);
  const name = `${prefix}.${call.name}`;
  return prefix !== undefined && isFunction(name) ? name : undefined;
}
