/** The syntax tree of an expression. Every node has its position; macros are nodes of their own. */

/** A range of UTF-16 offsets in the expression. */
export interface Span {
  /** The offset of the first character. */
  readonly start: number;
  /** The offset after the last character. */
  readonly end: number;
}

/** An unsigned 64-bit integer; `bigint` represents int. */
export class Uint {
  /** `value` must lie between 0 and 2^64 - 1; callers check the range. */
  constructor(readonly value: bigint) {}
}

/** The value of a literal. */
export type LiteralValue = null | boolean | bigint | Uint | number | string | Uint8Array;

/** The macros that iterate over a list or map. */
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

/** An entry of a map literal; `optional` for `?key: value`. */
export interface Entry {
  /** The expression before the colon, without `?`. */
  readonly key: Expr;
  /** The expression after the colon; it yields an optional when the entry is {@link optional}. */
  readonly value: Expr;
  /** Whether the entry is left out of the map when its value is absent. */
  readonly optional: boolean;
}

/** An element of a list literal; `optional` for `?value`. */
export interface Element {
  /** The element's expression, without `?`; it yields an optional when the element is {@link optional}. */
  readonly value: Expr;
  /** Whether the element is left out of the list when its value is absent. */
  readonly optional: boolean;
}

/**
 * Any node. `at` is the offset that cel-go reports for the node, such as an operator's; `depth` is the
 * height of the subtree.
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
      /** The condition: of `all`, `exists`, `exists_one`, `filter`, and of macros with a filter argument. */
      readonly condition?: Expr;
      /** The expression for each item; absent for `filter`, `all`, `exists`, `exists_one`. */
      readonly body?: Expr;
    }
    | { readonly kind: "bind"; readonly variable: string; readonly init: Expr; readonly body: Expr }
    | {
      readonly kind: "optMap";
      readonly target: Expr;
      readonly variable: string;
      readonly body: Expr;
      /** True for `optFlatMap`, whose body returns an optional. */
      readonly flat: boolean;
    }
  );

/** A node of one kind. */
export type Node<K extends Expr["kind"]> = Extract<Expr, { kind: K }>;

/** The nodes directly below a node, in source order. */
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

/** The text `a.b.c` of a node that consists only of names; else undefined. */
function qualifiedName(node: Expr): string | undefined {
  if (node.kind === "ident") return node.name;
  if (node.kind !== "select" || node.optional) return undefined;
  const prefix = qualifiedName(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}

/**
 * The name of the function that a call calls, qualified as in `json.marshal`; undefined for a method.
 *
 * @param isFunction Whether a qualified name is a function's, rather than a method called on names.
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
