/** Parses CEL expressions. */
import { isPlainFunction } from "./library/registry.ts";
import type { Expr } from "./syntax/ast.ts";
import { SyntaxFault } from "./syntax/error.ts";
import { parseExpression } from "./syntax/parser.ts";
import { collect } from "./syntax/references.ts";
import type { CelProblem, Parsed } from "./types.ts";

/** A parsed expression, or the first syntax problem of the expression. */
export type ParseResult = { ok: true; parsed: Parsed } | { ok: false; problem: CelProblem };

/**
 * The syntax trees of parsed expressions. Only code in `src/cel` can read the trees. A tree is freed
 * together with the result of {@link parse} to which it belongs.
 */
const trees = new WeakMap<Parsed, Expr>();

/**
 * Parses an expression. The expression may have at most 100,000 characters and 250 levels of nesting.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parse } from "./mod.ts";
 *
 * const result = parse("vpc.status.id + schema.spec.name");
 * assert.ok(result.ok);
 * assert.deepEqual([...result.parsed.references.keys()], ["vpc", "schema"]);
 * ```
 */
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

/** Returns the syntax tree of a result of {@link parse}. Throws a TypeError for any other object. */
export function treeOf(parsed: Parsed): Expr {
  const tree = trees.get(parsed);
  if (tree === undefined) {
    throw new TypeError("cannot compile an object that parse() did not return");
  }
  return tree;
}
