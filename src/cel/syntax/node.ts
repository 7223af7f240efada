/** Creates nodes of the syntax tree, within the limit of nesting. */
import { children, type Expr } from "./ast.ts";
import { limitFault } from "./error.ts";

/** The deepest nesting of an expression, both of its text and of its tree. */
export const MAX_NESTING = 250;

type Shape<T> = T extends unknown ? Omit<T, "start" | "end" | "at" | "depth"> : never;

/** A node without its position. */
export type ExprShape = Shape<Expr>;

/** Creates a node. Throws a SyntaxFault when the tree becomes too deep. */
export function node(shape: ExprShape, start: number, end: number, at = start): Expr {
  const draft = { ...shape, start, end, at, depth: 1 } as Expr;
  const depth = 1 + children(draft).reduce((most, child) => Math.max(most, child.depth), 0);
  if (depth > MAX_NESTING + 1) tooDeep(at);
  return { ...draft, depth };
}

/** Throws because the expression nests too deeply. */
export function tooDeep(offset: number): never {
  limitFault(offset, `expression nests deeper than ${MAX_NESTING} levels`);
}
