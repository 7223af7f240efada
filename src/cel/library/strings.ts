/** cel-go's strings library. All indexes count code points. */
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { ListValue } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";
import { format } from "./format.ts";

/** Matches a string that contains a code point of two UTF-16 units. */
const SURROGATE = /[\ud800-\udfff]/;

/**
 * Returns the code points of a string as an array. If each code point is one UTF-16 unit, returns the string
 * itself, which is faster.
 */
function points(text: string): string | string[] {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

/** Converts the result of {@link points} back to a string. */
function textOf(characters: string | string[]): string {
  return typeof characters === "string" ? characters : characters.join("");
}

/** Returns an index between 0 and `length`. Throws a CelError when the index is out of this range. */
function within(index: bigint, length: number): number {
  return index < 0n || index > BigInt(length)
    ? fail("argument", "index out of range")
    : Number(index);
}

function charAt(text: string, index: bigint): string {
  const characters = points(text);
  return characters[within(index, characters.length)] ?? "";
}

function indexOf(text: string, part: string, from = 0n): bigint {
  if (from < 0n) fail("argument", "index out of range");
  const characters = points(text);
  if (part === "") return from > characters.length ? BigInt(characters.length) : from;
  if (from >= characters.length) return -1n;
  const skipped = textOf(characters.slice(0, Number(from))).length;
  const found = text.indexOf(part, skipped);
  return found < 0 ? -1n : BigInt(points(text.slice(0, found)).length);
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const characters = points(text);
  if (from !== undefined && from < 0n) fail("argument", "index out of range");
  const last = from ?? BigInt(characters.length - 1);
  if (part === "") {
    const end = BigInt(characters.length);
    return from === undefined || from > end ? end : from;
  }
  if (last >= characters.length || last < 0n) return -1n;
  const found = text.lastIndexOf(part, textOf(characters.slice(0, Number(last))).length);
  return found < 0 ? -1n : BigInt(points(text.slice(0, found)).length);
}

function substring(text: string, start: bigint, end?: bigint): string {
  const characters = points(text);
  if (end !== undefined && start > end) fail("argument", "invalid substring range");
  const from = within(start, characters.length);
  const to = end === undefined ? characters.length : within(end, characters.length);
  return textOf(characters.slice(from, to));
}

/** Implements `replace`. Makes at most `limit` replacements; a negative limit means all replacements. */
function replace(
  text: string,
  old: string,
  replacement: string,
  limit = -1n,
  meter: Meter,
): string {
  const parts = spread(text, old, meter);
  chargeText((parts.length - 1) * replacement.length, meter);
  if (limit < 0n) return parts.join(replacement);
  const count = Number(limit);
  return parts.reduce(
    (result, part, index) =>
      index === 0 ? part : result + (index <= count ? replacement : old) + part,
    "",
  );
}

/** The cost of splitting off one part of a string. */
const PART = 20;

/** Splits a string at a separator. An empty separator splits the string into code points. */
function parted(text: string, separator: string, meter: Meter): string[] {
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  meter.charge(parts.length * PART);
  return parts;
}

/**
 * Splits a string at a separator. Unlike {@link parted}, an empty separator also matches at the start and at
 * the end of the string.
 */
function spread(text: string, separator: string, meter: Meter): string[] {
  const parts = parted(text, separator, meter);
  return separator === "" ? ["", ...parts, ""] : parts;
}

/**
 * Implements `split`. Returns at most `limit` parts; a negative limit means all parts, and 0 means an empty
 * list.
 */
function split(text: string, separator: string, limit = -1n, meter: Meter): ListValue {
  const parts = parted(text, separator, meter);
  if (limit < 0n || parts.length <= limit) return ListValue.of(parts);
  if (limit === 0n) return ListValue.of([]);
  const head = parts.slice(0, Number(limit) - 1);
  return ListValue.of([...head, parts.slice(Number(limit) - 1).join(separator)]);
}

function join(list: ListValue, separator = "", meter: Meter): string {
  const parts: string[] = [];
  for (const item of list.values(meter)) {
    parts.push(
      typeof item === "string" ? item : fail("argument", "join(): the list must hold strings"),
    );
  }
  chargeText((parts.length - 1) * separator.length, meter);
  return parts.join(separator);
}

/**
 * Charges for a string before the string is built, because the string may be much longer than the arguments
 * of the function.
 */
function chargeText(length: number, meter: Meter): void {
  meter.charge(length / 4);
}

const QUOTES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are escaped here
  return `"${text.replaceAll(/[\x07-\r\\"]/g, (character) => QUOTES[character] ?? character)}"`;
}

/**
 * Matches Unicode white space as Go's `unicode.IsSpace` does. JavaScript's `\s` differs: it matches U+FEFF
 * and does not match U+0085. All white space characters are single UTF-16 units.
 */
const SPACE = /\p{White_Space}/u;

function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The declarations of the strings library. */
export const STRINGS: readonly FunctionDeclaration[] = [
  member("charAt", "string, int", "string", charAt),
  member("indexOf", ["string, string", "string, string, int"], "int", indexOf),
  member("lastIndexOf", ["string, string", "string, string, int"], "int", lastIndexOf),
  member(
    "lowerAscii",
    "string",
    "string",
    (text: string) => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
  ),
  member(
    "upperAscii",
    "string",
    "string",
    (text: string) => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
  ),
  member("replace", ["string, string, string", "string, string, string, int"], "string", replace),
  member("split", ["string, string", "string, string, int"], "list(string)", split),
  member("substring", ["string, int", "string, int, int"], "string", substring),
  member("trim", "string", "string", trim),
  member("reverse", "string", "string", (text: string) => Array.from(text).reverse().join("")),
  member("join", ["list(string)", "list(string), string"], "string", join),
  member("format", "string, list(dyn)", "string", format),
  plain("strings.quote", "string", "string", quote),
];
