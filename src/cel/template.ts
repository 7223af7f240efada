/** String templates: text and expressions, added to one string. */
import { node, parseExpression } from "./syntax/parser.ts";
import type { Parsed } from "./types.ts";
import type { Expr } from "./syntax/ast.ts";

/** A piece of a string template: text as it is, or an expression. */
export type TemplatePart =
  | {
    /** Text between expressions. */
    readonly literal: string;
  }
  | {
    /** An expression's text. */
    readonly source: string;
    /** Where the expression stands in the template; offsets of problems count from there. */
    readonly offset?: number;
    /** The expression, when it has been parsed already. */
    readonly parsed?: Parsed;
  };

/** The tree of what the template yields; throws a SyntaxFault. `tree` parses an expression part. */
export function templateTree(
  parts: readonly TemplatePart[],
  tree: (source: string) => Expr = parseExpression,
): Expr {
  return sum(parts.flatMap((part) => {
    if ("source" in part) return tree(part.source);
    return part.literal === "" ? [] : node({ kind: "literal", value: part.literal }, 0, 0);
  }));
}

/** Added from both ends to the middle, so that long templates stay flat; `+` is associative. */
function sum(operands: readonly Expr[]): Expr {
  const [first] = operands;
  if (first === undefined) return node({ kind: "literal", value: "" }, 0, 0);
  if (operands.length === 1) return first;
  const middle = Math.ceil(operands.length / 2);
  const args = [sum(operands.slice(0, middle)), sum(operands.slice(middle))];
  return node({ kind: "call", name: "_+_", args }, 0, 0);
}

/** A template as one expression. */
export function templateText(parts: readonly TemplatePart[]): string {
  return parts.map((part) => "literal" in part ? JSON.stringify(part.literal) : `(${part.source})`)
    .join(" + ");
}
