/** JSON text without loss: Kubernetes' integers have 64 bits, JavaScript's numbers 53. */
import type { Json } from "./object.ts";

/** What integers of 16 and more digits look like; within strings nothing comes of it. */
const LONG = /(?:^|[[:,\s])-?\d{16,}\s*(?:[,}\]]|$)/;
const LIMIT = 2n ** 63n;

type Reviver = (key: string, value: Json, context?: { source?: string }) => Json;

/** Reads JSON as `JSON.parse` does, but for integers of 64 bits that are no exact number: they are bigint. */
export function parseJson(text: string): Json {
  // A reviver costs several times what parsing does, and the first look hardly anything.
  return /\d{16}/.test(text) && LONG.test(text)
    ? JSON.parse(text, exact as Reviver)
    : JSON.parse(text);
}

function exact(_key: string, value: Json, context?: { source?: string }): Json {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || !source) return value;
  return exactInteger(source) ?? value;
}

/** An integer of 64 bits in base 10, as a number where that is exact; undefined for other texts. */
export function exactInteger(text: string): number | bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return value < LIMIT && value >= -LIMIT ? integerJson(value) : undefined;
}

/** An integer as JSON: a number where that is exact. */
export function integerJson(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Writes JSON as `JSON.stringify` does, bigint as all its digits. */
export function jsonText(value: unknown, indent?: number): string {
  const write = (_key: string, part: unknown) =>
    typeof part === "bigint" ? rawJSON(String(part)) : part;
  try {
    return JSON.stringify(value, undefined, indent);
  } catch {
    return JSON.stringify(value, write, indent);
  }
}
