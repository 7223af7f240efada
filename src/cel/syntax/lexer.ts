/** Text to tokens. */
import type { LiteralValue } from "./ast.ts";
import { Uint } from "./ast.ts";
import { syntaxFault } from "./error.ts";
import { unescapeBytes, unescapeText } from "./escapes.ts";

/** A token; `text` is the operator, the name, or the literal as written. */
export interface Token {
  readonly kind: "end" | "name" | "quoted" | "literal" | "operator";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a literal. */
  readonly value?: LiteralValue;
}

const BLANK = /(?:[ \t\r\n\f]|\/\/[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED = /`[A-Za-z0-9_.\-\/ ]+`/y;
const NUMBER =
  /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?/y;
const STRING_PREFIX = /(?:[rR][bB]?|[bB][rR]?)?(?=["'])/y;
const OPERATOR = /&&|\|\||[=!<>]=|[-+*\/%<>!?:.,()[\]{}]/y;

const MAX_UINT = 2n ** 64n - 1n;
/** One more than the greatest int: the parser accepts it after a minus sign only. */
const MAX_INT_MAGNITUDE = 2n ** 63n;

/** Splits an expression into tokens; the last one is of kind `end`. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    offset += match(BLANK)?.length ?? 0;
    if (offset >= source.length) break;
    const token = literalAt(source, offset, match) ?? symbolAt(offset, match);
    if (token === undefined) {
      return syntaxFault(
        offset,
        `unexpected character ${
          JSON.stringify(String.fromCodePoint(source.codePointAt(offset) ?? 0))
        }`,
      );
    }
    tokens.push(token);
    offset = token.end;
  }
  tokens.push({ kind: "end", text: "", start: source.length, end: source.length });
  return tokens;
}

type Match = (pattern: RegExp) => string | undefined;

function literalAt(source: string, start: number, match: Match): Token | undefined {
  const prefix = match(STRING_PREFIX);
  if (prefix !== undefined) return stringAt(source, start, prefix.toLowerCase());
  const text = match(NUMBER);
  if (text === undefined) return undefined;
  return { kind: "literal", text, start, end: start + text.length, value: number(text, start) };
}

function number(text: string, offset: number): LiteralValue {
  const hex = /^0x/i.test(text);
  if (!hex && /[.eE]/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : syntaxFault(offset, "double literal is out of range");
  }
  const unsigned = /u$/i.test(text);
  const value = BigInt(unsigned ? text.slice(0, -1) : text);
  if (unsigned) {
    return value <= MAX_UINT
      ? new Uint(value)
      : syntaxFault(offset, "uint literal is out of range");
  }
  return value <= MAX_INT_MAGNITUDE ? value : syntaxFault(offset, "int literal is out of range");
}

function stringAt(source: string, start: number, prefix: string): Token {
  const open = start + prefix.length;
  const quote = source.charAt(open);
  const triple = source.startsWith(quote.repeat(3), open);
  const close = triple ? quote.repeat(3) : quote;
  const raw = prefix.includes("r");
  let end = open + close.length;
  while (!source.startsWith(close, end)) {
    const character = source.charAt(end);
    if (character === "" || (!triple && (character === "\n" || character === "\r"))) {
      return syntaxFault(start, "string literal is not closed");
    }
    end += character === "\\" && !raw ? 2 : 1;
  }
  const body = source.slice(open + close.length, end);
  const bodyOffset = open + close.length;
  end += close.length;
  const value = prefix.includes("b")
    ? unescapeBytes(body, raw, bodyOffset)
    : unescapeText(body, raw, bodyOffset);
  return { kind: "literal", text: source.slice(start, end), start, end, value };
}

function symbolAt(start: number, match: Match): Token | undefined {
  const name = match(NAME);
  if (name !== undefined) return { kind: "name", text: name, start, end: start + name.length };
  const quoted = match(QUOTED);
  if (quoted !== undefined) {
    return { kind: "quoted", text: quoted.slice(1, -1), start, end: start + quoted.length };
  }
  const operator = match(OPERATOR);
  if (operator === undefined) return undefined;
  return { kind: "operator", text: operator, start, end: start + operator.length };
}
