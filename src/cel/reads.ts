/** The fields that expressions read of their variables, and JSON reduced to those fields. */
import { define, type Json, type JsonObject } from "../api/mod.ts";
import { isPlainFunction } from "./library/registry.ts";
import { treeOf } from "./parse.ts";
import { addRead, readsOfTree } from "./syntax/reads.ts";
import type { Parsed, Reads } from "./types.ts";

export { addRead };

/**
 * The reads of each free identifier of an expression. They are conservative: a dynamic index, a value
 * passed to a function or returned as a whole needs the enclosing value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parse, partOf, readsOf } from "./mod.ts";
 *
 * const result = parse("vpc.status.id");
 * assert.ok(result.ok);
 * const vpc = { spec: { size: 1 }, status: { id: "a", zone: "b" } };
 * assert.deepEqual(partOf(vpc, readsOf(result.parsed).get("vpc")!), { status: { id: "a" } });
 * ```
 *
 * @throws {TypeError} {@link parse} did not return `parsed`.
 */
export function readsOf(parsed: Parsed): ReadonlyMap<string, Reads> {
  return readsOfTree(treeOf(parsed), isPlainFunction);
}

/** Whether the part of a value for the reads `known` contains the part for `wanted`. */
export function coversReads(known: Reads, wanted: Reads): boolean {
  if (known === "whole") return true;
  if (wanted === "whole") return false;
  return [...wanted].every(([key, below]) => {
    const own = known.get(key) ?? known.get("*");
    return own !== undefined && coversReads(own, below);
  });
}

/**
 * Reduces a JSON value to the given reads. Expressions with these reads evaluate the same on the result
 * as on the value. Subtrees that are read whole are shared with the value, not copied.
 */
export function partOf(value: Json, reads: Reads): Json {
  if (reads === "whole" || typeof value !== "object" || value === null) return value;
  const every = reads.get("*");
  if (Array.isArray(value)) return every ? value.map((item) => partOf(item, every)) : [];
  return every ? eachOf(value, reads, every) : fieldsOf(value, reads);
}

function fieldsOf(value: JsonObject, reads: ReadonlyMap<string, Reads>): JsonObject {
  const part: JsonObject = {};
  for (const [key, below] of reads) {
    if (!Object.hasOwn(value, key)) continue;
    const field = value[key];
    define(part, key, field === undefined ? field : partOf(field, below));
  }
  return part;
}

/** Keeps every entry, in the order of the data, reduced to the reads of all entries and its own. */
function eachOf(value: JsonObject, reads: ReadonlyMap<string, Reads>, every: Reads): JsonObject {
  const part: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const own = reads.get(key);
    const below = own ? joined(own, every) : every;
    define(part, key, field === undefined ? field : partOf(field, below));
  }
  return part;
}

function joined(a: Reads, b: Reads): Reads {
  const both = new Map<string, Reads>();
  addRead(both, "", a);
  addRead(both, "", b);
  return both.get("")!;
}
