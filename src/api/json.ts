/** Lossless JSON text: Kubernetes' integers have 64 bits, JavaScript's numbers hold 53 exactly. */
import type { Json } from "./object.ts";

/** Matches integers of 16 or more digits, and harmlessly some strings with digits. */
const LONG = /(?:^|[[:,\s])-?\d{16,}\s*(?:[,}\]]|$)/;
const LIMIT = 2n ** 63n;

type Reviver = (key: string, value: Json, context?: { source?: string }) => Json;

/**
 * Parses JSON as `JSON.parse`, but integers of 64 bits that a number cannot hold exactly become bigint.
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
 * @throws {SyntaxError} The text is not JSON.
 */
export function parseJson(text: string): Json {
  // Parsing with a reviver takes several times as long; the first test takes hardly any time.
  return /\d{16}/.test(text) && LONG.test(text)
    ? JSON.parse(text, exact as Reviver)
    : JSON.parse(text);
}

function exact(_key: string, value: Json, context?: { source?: string }): Json {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || !source) return value;
  return exactInteger(source) ?? value;
}

/**
 * Parses a decimal integer of 64 bits: a number if that is exact, else a bigint. Undefined for any other string.
 */
export function exactInteger(text: string): number | bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return value < LIMIT && value >= -LIMIT ? integerJson(value) : undefined;
}

/** An integer as a number if that is exact, else as a bigint. */
export function integerJson(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * Writes JSON as `JSON.stringify`, with all digits of bigints.
 *
 * @param indent Spaces for each level; by default the text is a single line.
 */
export function jsonText(value: unknown, indent?: number): string {
  const write = (_key: string, part: unknown) =>
    typeof part === "bigint" ? rawJSON(String(part)) : part;
  try {
    return JSON.stringify(value, undefined, indent);
  } catch {
    return JSON.stringify(value, write, indent);
  }
}
