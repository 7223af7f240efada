/** What expressions read of their variables, and the part of a value that is enough for it. */
import type { Json, JsonObject } from "../api/mod.ts";
import { isPlainFunction } from "./library/registry.ts";
import { treeOf } from "./parse.ts";
import { addRead, readsOfTree } from "./syntax/reads.ts";
import type { Parsed, Reads } from "./types.ts";

export { addRead };

/** What an expression that {@link parse} made reads of each of its free identifiers. */
export function readsOf(parsed: Parsed): ReadonlyMap<string, Reads> {
  return readsOfTree(treeOf(parsed), isPlainFunction);
}

/** True when whoever has the part for `known` has the part for `wanted`. */
export function coversReads(known: Reads, wanted: Reads): boolean {
  if (known === "whole") return true;
  if (wanted === "whole") return false;
  return [...wanted].every(([key, below]) => {
    const own = known.get(key) ?? known.get("*");
    return own !== undefined && coversReads(own, below);
  });
}

/**
 * The part of a JSON value that {@link Reads} names: expressions that read no more cannot tell it from
 * the whole. Parts that are kept whole are the very ones that came in.
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

/** Every value stays, in the order of the data, with what is read of it alone besides. */
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

/** Also keys that an assignment would take for something else. */
function define(object: JsonObject, key: string, value: Json | undefined): void {
  if (key !== "__proto__") object[key] = value;
  else {Object.defineProperty(object, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });}
}
