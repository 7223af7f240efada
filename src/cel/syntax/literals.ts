/** Parses the literals that cel-js parses differently from CEL. */
import type { LiteralValue } from "./ast.ts";
import { syntaxFault } from "./error.ts";

const MIN_INT = -(2n ** 63n);
const CONTROLS: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};
const PIECE = /\\(?:([abfnrtv])|([\\?"'`])|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|)|[^\\]+/gu;

/** Returns the value of a string or bytes literal with the prefix `r` or `b`. */
export function prefixedLiteral(literal: string, offset: number): string | Uint8Array {
  const [, prefix = "", quotes = "", body = ""] = /^(\w+)("""|'''|"|')([^]*)\2$/.exec(literal) ??
    [];
  const raw = /r/i.test(prefix);
  if (!/b/i.test(prefix)) return body;
  return raw
    ? new TextEncoder().encode(body)
    : unescapeBytes(body, offset + prefix.length + quotes.length);
}

/**
 * Decodes a bytes literal. The escape `\x` and octal escapes denote bytes, and other characters are encoded
 * as UTF-8.
 */
function unescapeBytes(body: string, offset: number): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const match of body.matchAll(PIECE)) {
    const [text, control, same, hex, octal] = match;
    if (control !== undefined) bytes.push(CONTROLS[control] ?? 0);
    else if (hex !== undefined) bytes.push(parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(parseInt(octal, 8));
    else if (text === "\\") syntaxFault(offset + match.index, "unknown escape in bytes");
    else for (const byte of encoder.encode(same ?? text)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Returns the value of a double such as `.5`, or of a negative number. */
export function numberLiteral(literal: string, offset: number): LiteralValue {
  // White space and comments may stand between the minus and the digits.
  const digits = literal.split(/\s/).at(-1)?.replace(/^-/, "") ?? "";
  const sign = literal.startsWith("-") ? -1 : 1;
  if (/^0x|^\d+$/i.test(digits)) {
    const value = BigInt(digits) * BigInt(sign);
    return value < MIN_INT ? syntaxFault(offset, "int literal is out of range") : value;
  }
  const value = Number(digits) * sign;
  return Number.isFinite(value) ? value : syntaxFault(offset, "double literal is out of range");
}
