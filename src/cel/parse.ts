/** Expressions from text. */
import { isPlainFunction } from "./library/registry.ts";
import type { Expr } from "./syntax/ast.ts";
import { SyntaxFault } from "./syntax/error.ts";
import { parseExpression } from "./syntax/parser.ts";
import { collect } from "./syntax/references.ts";
import type { CelProblem, Parsed } from "./types.ts";

/** A parsed expression, or why it does not parse. */
export type ParseResult = { ok: true; parsed: Parsed } | { ok: false; problem: CelProblem };

/** Parsed expressions keep their tree to themselves: it is no part of what others may see. */
const trees = new WeakMap<Parsed, Expr>();

/** Parses an expression: at most 100,000 characters, at most 250 levels deep. */
export function parse(source: string): ParseResult {
  try {
    const tree = parseExpression(source);
    const parsed: Parsed = { source, ...collect(tree, isPlainFunction) };
    trees.set(parsed, tree);
    return { ok: true, parsed };
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** The tree of an expression that {@link parse} made. */
export function treeOf(parsed: Parsed): Expr {
  const tree = trees.get(parsed);
  if (tree === undefined) throw new TypeError("only what parse() returned can be compiled");
  return tree;
}
