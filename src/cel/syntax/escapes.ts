/** Escape sequences of string and bytes literals. */
import { syntaxFault } from "./error.ts";

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ["?", "?"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
]);

const ESCAPE =
  /\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/gu;

/** The text of a string literal's body. */
export function unescapeText(body: string, raw: boolean, offset: number): string {
  if (raw) return body;
  return pieces(body, offset).map((piece) =>
    typeof piece === "string" ? piece : String.fromCodePoint(piece.code)
  ).join("");
}

/** The bytes of a bytes literal's body: `\x` and octal are bytes, all else is UTF-8. */
export function unescapeBytes(body: string, raw: boolean, offset: number): Uint8Array {
  const encoder = new TextEncoder();
  if (raw) return encoder.encode(body);
  const bytes: number[] = [];
  for (const piece of pieces(body, offset)) {
    if (typeof piece === "string") { for (const byte of encoder.encode(piece)) bytes.push(byte); }
    else if (piece.unicode) syntaxFault(offset, "bytes literals take no \\u escapes");
    else bytes.push(piece.code);
  }
  return Uint8Array.from(bytes);
}

type Piece = string | { code: number; unicode: boolean };

function pieces(body: string, offset: number): Piece[] {
  const result: Piece[] = [];
  let last = 0;
  for (const match of body.matchAll(ESCAPE)) {
    if (match.index > last) result.push(body.slice(last, match.index));
    last = match.index + match[0].length;
    const [, simple, hex, octal, short, long] = match;
    if (simple !== undefined) result.push(SIMPLE.get(simple) ?? simple);
    else if (hex !== undefined) result.push({ code: parseInt(hex, 16), unicode: false });
    else if (octal !== undefined) result.push({ code: parseInt(octal, 8), unicode: false });
    else result.push({ code: codePoint(short ?? long, offset + match.index), unicode: true });
  }
  if (last < body.length) result.push(body.slice(last));
  return result;
}

function codePoint(digits: string | undefined, offset: number): number {
  if (digits === undefined) return syntaxFault(offset, "unknown escape sequence");
  const code = parseInt(digits, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    return syntaxFault(offset, "escape is not a Unicode character");
  }
  return code;
}
