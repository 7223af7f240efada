/** The engine's parser, within our limits and with its faults in our words. */
import { type ASTNode, Environment, ParseError } from "cel-js";
import { syntaxFault } from "./error.ts";
import { MAX_NESTING, tooDeep } from "./node.ts";
import type { Prepared } from "./prepare.ts";
import { tokenAt } from "./tokens.ts";

/** Longest expression; nothing in an expression outnumbers its characters. */
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

/** Parses what was prepared of a source; throws a SyntaxFault. */
export function parseText({ text, refused }: Prepared, source: string): ASTNode {
  try {
    // A new one each time, because an environment remembers every function name that it has met.
    return new Environment(OPTIONS).parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? 0;
    if (error.code === "limit_exceeded") tooDeep(offset);
    syntaxFault(offset, refused.get(offset) ?? messageOf(error.code, source, offset));
  }
}

/** The engine's texts name its own token types; users know the characters that they wrote. */
function messageOf(code: string, source: string, offset: number): string {
  const { kind, text } = tokenAt(source, offset);
  switch (code) {
    case "unexpected_token":
      return `expected an expression, found ${found(kind, text)}`;
    case "invalid_macro_argument":
      return "a macro needs a simple name here";
    case "reserved_identifier":
      return `"${text}" is a reserved word`;
    case "expected_token":
    case "unexpected_character":
      return `did not expect ${found(kind, text)}`;
  }
  return /escape|surrogate/.test(code)
    ? "unknown escape sequence"
    : "number is malformed or out of range";
}

function found(kind: string, text: string): string {
  if (text === "") return "the end";
  return kind === "word" || kind === "mark" || kind === "quoted" ? `"${text}"` : "a literal";
}
