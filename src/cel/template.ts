/** String templates: text and expressions that are joined to one string. */
import { node, parseExpression } from "./syntax/parser.ts";
import type { Parsed } from "./types.ts";
import type { Expr } from "./syntax/ast.ts";

/** A part of a string template: literal text, or an expression. */
export type TemplatePart =
  | {
    /** Text between expressions. */
    readonly literal: string;
  }
  | {
    /** An expression's text. */
    readonly source: string;
    /** UTF-16 offset of the expression in the template, added to the offsets of its problems; default 0. */
    readonly offset?: number;
    /** The parsed expression, if there is one already. */
    readonly parsed?: Parsed;
  };

/**
 * The syntax tree of a template.
 *
 * @param tree Parses the text of an expression part.
 * @throws {SyntaxFault} An expression does not parse, or the template nests too deeply.
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

/** A balanced tree of `+`, which is associative, so that long templates do not nest deeply. */
function sum(operands: readonly Expr[]): Expr {
  const [first] = operands;
  if (first === undefined) return node({ kind: "literal", value: "" }, 0, 0);
  if (operands.length === 1) return first;
  const middle = Math.ceil(operands.length / 2);
  const args = [sum(operands.slice(0, middle)), sum(operands.slice(middle))];
  return node({ kind: "call", name: "_+_", args }, 0, 0);
}

/** The template as the text of one expression. */
export function templateText(parts: readonly TemplatePart[]): string {
  return parts.map((part) => "literal" in part ? JSON.stringify(part.literal) : `(${part.source})`)
    .join(" + ");
}
