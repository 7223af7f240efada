/** Runs the parser of the library cel-js within kro's limits, and converts its errors. */
import { type ASTNode, Environment, ParseError } from "cel-js";
import { syntaxFault } from "./error.ts";
import { MAX_NESTING, tooDeep } from "./node.ts";
import type { Prepared } from "./prepare.ts";
import { tokenAt } from "./tokens.ts";

/**
 * The maximum length of an expression in code points. The same number is the maximum number of nodes of the
 * syntax tree, of elements of a list, of entries of a map, and of arguments of a call.
 */
export const MAX_CODE_POINTS = 100_000;

const OPTIONS = {
  enableOptionalTypes: true,
  limits: {
    maxDepth: MAX_NESTING,
    maxAstNodes: MAX_CODE_POINTS,
    maxListElements: MAX_CODE_POINTS,
    maxMapEntries: MAX_CODE_POINTS,
    maxCallArguments: MAX_CODE_POINTS,
  },
};

/**
 * Parses an expression with cel-js. The expression must already be rewritten for cel-js by `prepare`. Throws
 * a SyntaxFault when the expression is invalid.
 */
export function parseText({ text, refused }: Prepared, source: string): ASTNode {
  try {
    // A new environment is created for each expression, because an environment keeps every function name
    // that it has parsed in memory.
    return new Environment(OPTIONS).parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? 0;
    if (error.code === "limit_exceeded") tooDeep(offset);
    syntaxFault(offset, refused.get(offset) ?? messageOf(error.code, source, offset));
  }
}

/**
 * Returns kro's message for a parse error of cel-js. cel-js has a message for the error too, but that message
 * contains names of internal token types.
 */
function messageOf(code: string, source: string, offset: number): string {
  const { kind, text } = tokenAt(source, offset);
  switch (code) {
    case "unexpected_token":
      return `expected an expression, found ${found(kind, text)}`;
    case "invalid_macro_argument":
      return "expected the name of a macro variable";
    case "reserved_identifier":
      return `"${text}" is a reserved word`;
    case "expected_token":
    case "unexpected_character":
      return `unexpected ${found(kind, text)}`;
  }
  return /escape|surrogate/.test(code)
    ? "unknown escape sequence"
    : "number is malformed or out of range";
}

function found(kind: string, text: string): string {
  if (text === "") return "end of input";
  return kind === "word" || kind === "mark" || kind === "quoted" ? `"${text}"` : "a literal";
}
