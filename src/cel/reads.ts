/** Finds the fields that expressions read, and reduces JSON values to these fields. */
import { define, type Json, type JsonObject, mapItems, mapValues, ownValue } from "../api/mod.ts";
import { isPlainFunction } from "./library/registry.ts";
import { treeOf } from "./parse.ts";
import { addRead, readsOfTree } from "./syntax/reads.ts";
import type { Parsed, Reads } from "./types.ts";

export { addRead };

/**
 * Returns the fields that an expression reads of each of its variables. When the exact fields are not known,
 * as for most arguments of functions, the whole value counts as read. For an index that is not a literal
 * string, as in `a[i].b`, the field `b` counts as read of every element.
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
 * @throws {TypeError} `parsed` is not a result of {@link parse}.
 */
export function readsOf(parsed: Parsed): ReadonlyMap<string, Reads> {
  return readsOfTree(treeOf(parsed), isPlainFunction);
}

/** Reports whether the fields `known` include all of the fields `wanted`. */
export function coversReads(known: Reads, wanted: Reads): boolean {
  if (known === "whole") return true;
  if (wanted === "whole") return false;
  return [...wanted].every(([key, below]) => {
    const own = known.get(key) ?? known.get("*");
    return own !== undefined && coversReads(own, below);
  });
}

/**
 * Reduces a JSON value to the given fields. An expression that reads only these fields has the same result
 * for the reduced value. Parts that are read as a whole are shared with the original value instead of
 * copied.
 */
export function partOf(value: Json, reads: Reads): Json {
  if (reads === "whole" || typeof value !== "object" || value === null) return value;
  const every = reads.get("*");
  if (every === "whole") return value;
  if (Array.isArray(value)) return every ? mapItems(value, (item) => partOf(item, every)) : [];
  return every ? eachOf(value, reads, every) : fieldsOf(value, reads);
}

/**
 * The part of each object that has none of the fields that are read. All these objects share one part,
 * because a map may have 100,000 of them.
 */
const NOTHING: JsonObject = Object.freeze({});

function fieldsOf(value: JsonObject, reads: ReadonlyMap<string, Reads>): JsonObject {
  let part = NOTHING;
  for (const [key, below] of reads) {
    if (!Object.hasOwn(value, key)) continue;
    if (part === NOTHING) part = {};
    const field = value[key];
    define(part, key, field === undefined ? field : partOf(field, below));
  }
  return part;
}

/**
 * Reduces each entry of a map to the fields that are read. `every` contains the fields that are read from all
 * entries. `reads` contains, for a key, further fields that are read from the entry with this key. The order
 * of the entries does not change.
 */
function eachOf(value: JsonObject, reads: ReadonlyMap<string, Reads>, every: Reads): JsonObject {
  const part = mapValues(value, (field) => partOf(field, every));
  if (part === value) return value;
  for (const [key, own] of reads) {
    const field = ownValue(value, key) as Json | undefined;
    if (field !== undefined) define(part, key, partOf(field, joined(own, every)));
  }
  return part;
}

function joined(a: Reads, b: Reads): Reads {
  const both = new Map<string, Reads>();
  addRead(both, "", a);
  addRead(both, "", b);
  return both.get("")!;
}
