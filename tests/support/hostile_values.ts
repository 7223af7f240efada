/**
 * JSON values that an attacker could store in an object of the API server, each built to be as expensive as
 * possible for one kind of algorithm. `tests/unit/hostile/linear_test.ts` checks that the work grows linearly
 * with the size of the value. `deno task bench --only blocks` measures the time with the largest value.
 */
import type { Json, JsonObject } from "../../src/api/mod.ts";

/** The size of the largest object that the API server stores, in bytes. */
export const LARGEST = 1_500_000;

/** Returns a value whose JSON has about `bytes` bytes. */
export type MakeValue = (bytes: number) => Json;

/**
 * Calls `item` for as many items as fit into `bytes` bytes, if each item has about `each` bytes. Returns the
 * items.
 */
function items<T>(bytes: number, each: number, item: (index: number) => T): T[] {
  return Array.from({ length: Math.max(1, Math.floor(bytes / each)) }, (_, index) => item(index));
}

function object(entries: [string, Json][]): JsonObject {
  return Object.fromEntries(entries);
}

/**
 * Returns many chains of nested lists or objects. Each chain has `depth` levels, and each level contains the
 * next level.
 */
function chains(bytes: number, depth: number, wrap: (below: Json) => Json, each: number): Json {
  return items(bytes, depth * each, () => {
    let value: Json = 1;
    for (let level = 0; level < depth; level++) value = wrap(value);
    return value;
  });
}

/**
 * The nesting depth of the values below. kro compares objects with at most 256 levels, and the object around
 * the value needs some of these levels.
 */
const DEPTH = 200;

/**
 * Functions that make values which are as expensive as possible for one kind of algorithm. The keys are the
 * names of the values in messages.
 */
export const HOSTILE_VALUES: Readonly<Record<string, MakeValue>> = {
  "one long string": (bytes) => "a".repeat(bytes),
  "one string of quotes": (bytes) => '"'.repeat(bytes / 2),
  "one string of backslashes": (bytes) => "\\".repeat(bytes / 2),
  "one string of control characters": (bytes) => "\u0001".repeat(bytes / 6),
  "one string of emoji": (bytes) => "😀".repeat(bytes / 4),
  "one string of lone surrogates": (bytes) => "\ud800".repeat(bytes / 6),
  "one string of line breaks": (bytes) => "\n".repeat(bytes / 2),
  "one string of spaces": (bytes) => " ".repeat(bytes),
  "one string of digits": (bytes) => "1".repeat(bytes),
  "one string of open expressions": (bytes) => "${".repeat(bytes / 2),
  "one long key": (bytes) => object([["k".repeat(bytes), 1]]),
  "one long key above many": (bytes) =>
    object([["k".repeat(bytes / 2), object(items(bytes / 2, 12, (i) => [`k${i}`, 1]))]]),
  "many keys": (bytes) => object(items(bytes, 12, (i) => [`k${i}`, 1])),
  "many keys in descending order": (bytes) => object(items(bytes, 14, (i) => [`k${1e6 - i}`, 1])),
  "many keys that are indexes": (bytes) => object(items(bytes, 10, (i) => [String(i), 1])),
  "many inherited names": (bytes) => object(items(bytes, 24, (i) => [`constructor.${i}`, "x"])),
  "many numbers": (bytes) => items(bytes, 2, () => 1),
  "many long numbers": (bytes) =>
    items(bytes, 18, (i) => 9_007_199_254_740_993n + BigInt(i) as Json),
  "many numbers with a long one in each thousand": (bytes) =>
    items(bytes, 2, (i) => i % 1000 === 0 ? 9_007_199_254_740_993n as unknown as Json : 1),
  "many fractions": (bytes) => items(bytes, 10, (i) => i / 1e6),
  "many empty lists": (bytes) => items(bytes, 3, () => []),
  "many empty objects": (bytes) => items(bytes, 3, () => ({})),
  "many nulls": (bytes) => items(bytes, 5, () => null),
  "many keys of null": (bytes) => object(items(bytes, 15, (i) => [`k${i}`, null])),
  "many keys of empty objects": (bytes) => object(items(bytes, 13, (i) => [`k${i}`, {}])),
  "many keys of small objects": (bytes) => object(items(bytes, 17, (i) => [`k${i}`, { b: 1 }])),
  "many keys of schemas": (bytes) => object(items(bytes, 28, (i) => [`k${i}`, { type: "string" }])),
  "many strings": (bytes) => items(bytes, 10, (i) => `s${i}`),
  "many quantities": (bytes) => items(bytes, 30, (i) => `${i}${"1".repeat(20)}.50Mi`),
  "many elements with a name": (bytes) => items(bytes, 18, (i) => ({ name: `n${i}` })),
  "many conditions": (bytes) =>
    items(bytes, 40, (i) => ({ type: `T${i}`, status: "True", reason: "R" })),
  "nested lists": (bytes) => chains(bytes, DEPTH, (below) => [below], 2),
  "nested lists with siblings": (bytes) => chains(bytes, DEPTH, (below) => [1, 1, below, 1], 8),
  "nested objects": (bytes) => chains(bytes, DEPTH, (below) => ({ a: below }), 6),
  "nested objects with siblings": (bytes) =>
    chains(bytes, DEPTH, (below) => ({ a: below, b: 1, c: 1 }), 18),
  "one deep list around a long string": (bytes) => {
    let value: Json = "a".repeat(bytes);
    for (let level = 0; level < DEPTH; level++) value = [value];
    return value;
  },
  "one deep object around a long string": (bytes) => {
    let value: Json = "a".repeat(bytes);
    for (let level = 0; level < DEPTH; level++) value = { a: value };
    return value;
  },
  "6,000 nested lists": () => JSON.parse("[".repeat(6_000) + "]".repeat(6_000)),
  "6,000 nested objects": () => JSON.parse('{"a":'.repeat(6_000) + "1" + "}".repeat(6_000)),
};
