/** cel-go's strings library. All indexes count code points. */
import { fail } from "../value/error.ts";
import type { Meter } from "../value/meter.ts";
import { ListValue } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";
import { format } from "./format.ts";
import { firstIndex, lastIndex, splitAt } from "./search.ts";

/** Matches a string that contains a code point of two UTF-16 units. */
const SURROGATE = /[\ud800-\udfff]/;

/** Returns the number of UTF-16 units of the code point at an offset: 1 or 2. */
function unitsAt(text: string, offset: number): number {
  return text.codePointAt(offset)! > 0xffff ? 2 : 1;
}

/** Returns the number of code points of a string. */
function lengthOf(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (let offset = 0; offset < text.length; offset += unitsAt(text, offset)) length++;
  return length;
}

/**
 * Converts the index of a code point to a UTF-16 offset. Throws a CelError unless the index is between 0 and
 * the number of code points.
 */
function offsetOf(text: string, index: bigint): number {
  const isInside = index >= 0n && index <= BigInt(text.length);
  if (isInside && !SURROGATE.test(text)) return Number(index);
  let [left, offset] = [isInside ? Number(index) : Infinity, 0];
  for (; left > 0 && offset < text.length; left--) offset += unitsAt(text, offset);
  return left === 0 ? offset : fail("argument", "index out of range");
}

function charAt(text: string, index: bigint): string {
  const offset = offsetOf(text, index);
  return offset === text.length ? "" : text.slice(offset, offset + unitsAt(text, offset));
}

function indexOf(text: string, part: string, from = 0n, meter: Meter): bigint {
  if (from < 0n) fail("argument", "index out of range");
  const length = BigInt(lengthOf(text));
  if (part === "") return from > length ? length : from;
  if (from >= length) return -1n;
  return indexAt(text, firstIndex(text, part, offsetOf(text, from), meter));
}

function lastIndexOf(
  text: string,
  part: string,
  from: bigint | undefined,
  meter: Meter,
): bigint {
  if (from !== undefined && from < 0n) fail("argument", "index out of range");
  const length = BigInt(lengthOf(text));
  const last = from ?? length - 1n;
  if (part === "") return from === undefined || from > length ? length : from;
  if (last >= length || last < 0n) return -1n;
  return indexAt(text, lastIndex(text, part, offsetOf(text, last), meter));
}

/** Converts a UTF-16 offset to the index of the code point at this offset. Returns -1 for the offset -1. */
function indexAt(text: string, offset: number): bigint {
  return BigInt(offset < 0 ? offset : lengthOf(text.slice(0, offset)));
}

function substring(text: string, start: bigint, end?: bigint): string {
  if (end !== undefined && start > end) fail("argument", "invalid substring range");
  return text.slice(offsetOf(text, start), end === undefined ? undefined : offsetOf(text, end));
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
  const count = limit < 0n ? parts.length - 1 : Math.min(Number(limit), parts.length - 1);
  chargeText(count * replacement.length, meter);
  if (limit < 0n) return parts.join(replacement);
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
  if (separator === "") {
    meter.charge(text.length * PART);
    return Array.from(text);
  }
  const parts = splitAt(text, separator, meter);
  meter.charge(parts.length * PART);
  return parts;
}

/**
 * Splits a string at a separator. An empty separator also matches at the start and at the end of the string,
 * so `ab` is split into `""`, `"a"`, `"b"` and `""`.
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
    if (typeof item !== "string") fail("argument", "join(): the list must hold strings");
    chargeText(item.length + separator.length, meter);
    parts.push(item);
  }
  return parts.join(separator);
}

/**
 * Charges for a string before the string is built, because the string may be much longer than the arguments
 * of the function.
 */
function chargeText(length: number, meter: Meter): void {
  meter.charge(length / 2);
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

/** Unicode white space, as in Go's `unicode.IsSpace`. Each white-space character is a single UTF-16 unit. */
const SPACES: ReadonlySet<number> = new Set([
  ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680],
  ...[0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
]);

/** The cost of skipping one character of white space. */
const SKIPPED = 2;

function trim(text: string, meter: Meter): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACES.has(text.charCodeAt(start))) start++;
  while (end > start && SPACES.has(text.charCodeAt(end - 1))) end--;
  meter.charge((text.length - (end - start)) * SKIPPED);
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
