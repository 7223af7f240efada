/** Creates nodes of the syntax tree, and limits the nesting of the tree. */
import { children, type Expr } from "./ast.ts";
import { limitFault } from "./error.ts";

/**
 * The maximum number of nesting levels of an expression. The limit applies to the source and to the syntax
 * tree.
 */
export const MAX_NESTING = 250;

type Shape<T> = T extends unknown ? Omit<T, "start" | "end" | "at" | "depth"> : never;

/** A node without its position and depth. */
export type ExprShape = Shape<Expr>;

/** Creates a node. Throws a SyntaxFault when the tree becomes too deep. */
export function node(shape: ExprShape, start: number, end: number, at = start): Expr {
  const draft = { ...shape, start, end, at, depth: 1 } as Expr;
  const depth = 1 + children(draft).reduce((most, child) => Math.max(most, child.depth), 0);
  if (depth > MAX_NESTING + 1) tooDeep(at);
  return { ...draft, depth };
}

/** Throws a SyntaxFault for an expression that is nested too deeply. */
export function tooDeep(offset: number): never {
  limitFault(offset, `expression nests deeper than ${MAX_NESTING} levels`);
}
