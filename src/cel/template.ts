/** String templates: literal text and expressions that are joined to one string. */
import { node, parseExpression } from "./syntax/parser.ts";
import type { Parsed } from "./types.ts";
import type { Expr } from "./syntax/ast.ts";

/** A part of a string template: literal text, or an expression. */
export type TemplatePart =
  | {
    /** Literal text before, between or after the expressions. */
    readonly literal: string;
  }
  | {
    /** The expression as a string. */
    readonly source: string;
    /**
     * The offset of the expression in the template, in UTF-16 units; 0 by default. The offset is added to
     * the offsets of the expression's problems.
     */
    readonly offset?: number;
    /** The parsed expression; absent when the expression is not parsed yet. */
    readonly parsed?: Parsed;
  };

/**
 * Returns the syntax tree of a string template.
 *
 * @param tree Parses the expression of a part.
 * @throws {SyntaxFault} An expression is invalid, or the template is nested too deeply.
 */
export function templateTree(
  parts: readonly TemplatePart[],
  tree: (source: string) => Expr = parseExpression,
): Expr {
  return sum(parts.flatMap((part) => {
    if ("source" in part) return tree(part.source);
    return part.literal === "" ? [] : node({ kind: "literal", value: part.literal }, 0, 0);
  }));
}

/**
 * Joins the operands with `+` in a balanced tree, so that long templates are not nested deeply. Any grouping
 * has the same result, because `+` is associative.
 */
function sum(operands: readonly Expr[]): Expr {
  const [first] = operands;
  if (first === undefined) return node({ kind: "literal", value: "" }, 0, 0);
  if (operands.length === 1) return first;
  const middle = Math.ceil(operands.length / 2);
  const args = [sum(operands.slice(0, middle)), sum(operands.slice(middle))];
  return node({ kind: "call", name: "_+_", args }, 0, 0);
}

/** Returns a string template as the source of one expression: `(a) + "-" + (b)` for `${a}-${b}`. */
export function templateText(parts: readonly TemplatePart[]): string {
  return parts.map((part) => "literal" in part ? JSON.stringify(part.literal) : `(${part.source})`)
    .join(" + ");
}
