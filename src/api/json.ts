/**
 * Reads and writes JSON without losing digits. Kubernetes has 64-bit integers, but a JavaScript number
 * represents integers exactly only up to 53 bits.
 */
import { isObject, type Json, type JsonObject } from "./object.ts";
import { define, mapItems, mapValues } from "./own.ts";

/**
 * Matches JSON that contains an integer of 16 or more digits. The pattern also matches some strings with
 * digits, which only makes parsing slower.
 */
const LONG = /(?:^|[[:,\s])-?\d{16,}\s*(?:[,}\]]|$)/;
const LIMIT = 2n ** 63n;

/**
 * Parses JSON as `JSON.parse` does, except that a 64-bit integer becomes a bigint when a number cannot
 * represent it exactly.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonText, parseJson } from "./mod.ts";
 *
 * assert.deepEqual(parseJson("[1, 9007199254740993]"), [1, 9007199254740993n]);
 * assert.equal(jsonText(parseJson("9007199254740993")), "9007199254740993");
 * ```
 *
 * @throws {SyntaxError} The string is not valid JSON.
 */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text) || !LONG.test(text)) return JSON.parse(text);
  let marked: { "": Json };
  try {
    const members = text.replace(
      STRING_OR_LONG,
      (found) => found[0] === '"' ? found : `"${MARK}${found}"`,
    );
    marked = { "": JSON.parse(members) };
  } catch {
    // The text is not valid JSON, or the search ran out of stack at a string with millions of escapes.
    return JSON.parse(text, exact as Reviver);
  }
  unmark(marked);
  return marked[""];
}

type Reviver = (key: string, value: Json, context?: { source?: string }) => Json;

function exact(_key: string, value: Json, context?: { source?: string }): Json {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || !source) return value;
  return exactInteger(source) ?? value;
}

/**
 * Matches a string, or an integer of 16 or more digits outside of strings. A string without its end extends
 * to the end of the text. If it did not match, the search would read the rest of the text again at each
 * quote.
 */
const STRING_OR_LONG =
  /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|(?<![\w.+-])-?[1-9]\d{15,}(?=\s*(?:[,}\]]|$))/gs;

/**
 * The start of the strings that {@link parseJson} puts in the place of long integers. `JSON.parse` would pass
 * the digits of all numbers to a callback, which takes five times as long. No string of other clients starts
 * like this, because the mark is random.
 */
const MARK = `${crypto.randomUUID()}:`;

/**
 * Replaces the marked strings in a value by integers. The list avoids recursion into deeply nested values.
 */
function unmark(root: JsonObject): void {
  const waiting: (Json[] | JsonObject)[] = [root];
  const visit = (container: Json[] | JsonObject, key: string | number, value: Json | undefined) => {
    if (typeof value === "object" && value !== null) waiting.push(value);
    else if (typeof value === "string" && value.startsWith(MARK)) {
      const digits = value.slice(MARK.length);
      define(container, key, exactInteger(digits) ?? Number(digits));
    }
  };
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (Array.isArray(next)) {
      for (let index = 0; index < next.length; index++) visit(next, index, next[index]);
    } else {
      for (const key of Object.keys(next)) visit(next, key, next[key]);
    }
  }
}

/**
 * Parses a decimal 64-bit integer. Returns a number if a number represents the integer exactly, otherwise a
 * bigint. Returns undefined for any other string.
 */
export function exactInteger(text: string): number | bigint | undefined {
  // No 64-bit integer has more than 19 digits. `BigInt` would take 100 ms for 1.5 million digits.
  if (!/^[+-]?0*\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return value < LIMIT && value >= -LIMIT ? integerJson(value) : undefined;
}

/** Returns an integer as a number if a number represents it exactly, otherwise as a bigint. */
export function integerJson(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): JsonObject };

/**
 * Formats a value as JSON like `JSON.stringify`, but writes a bigint as an integer with all of its digits.
 *
 * @param indent The number of spaces for each level of indentation. By default the JSON is written in a
 * single line.
 */
export function jsonText(value: unknown, indent?: number): string {
  if (typeof value === "bigint") return String(value);
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    // V8 rejects bigints with the message "Do not know how to serialize a BigInt".
    if (!String(error).includes("BigInt")) throw error;
    return JSON.stringify(withRawIntegers(value as Json), undefined, indent);
  }
}

/**
 * Returns the value with all bigints replaced by raw JSON. The function shares the parts without bigints, and
 * takes a fifth of the time of a replacer function, which `JSON.stringify` would call for each value.
 */
function withRawIntegers(value: Json): Json {
  if (typeof value === "bigint") return rawJSON(String(value));
  if (Array.isArray(value)) return mapItems(value, withRawIntegers);
  return isObject(value) ? mapValues(value, withRawIntegers) : value;
}
