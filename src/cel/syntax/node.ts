/** Makes the nodes of the syntax tree, none deeper than the language allows. */
import { children, type Expr } from "./ast.ts";
import { limitFault } from "./error.ts";

/** How deep expressions may nest, in the text and in the tree. */
export const MAX_NESTING = 250;

type Shape<T> = T extends unknown ? Omit<T, "start" | "end" | "at" | "depth"> : never;

/** A node without its position. */
export type ExprShape = Shape<Expr>;

/** Makes a node and keeps the tree within its depth. */
export function node(shape: ExprShape, start: number, end: number, at = start): Expr {
  const draft = { ...shape, start, end, at, depth: 1 } as Expr;
  const depth = 1 + children(draft).reduce((most, child) => Math.max(most, child.depth), 0);
  if (depth > MAX_NESTING + 1) tooDeep(at);
  return { ...draft, depth };
}

/** Throws because something nests too deep. */
export function tooDeep(offset: number): never {
  limitFault(offset, `expression nests deeper than ${MAX_NESTING}`);
}
