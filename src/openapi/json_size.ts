/** Measures JSON without recursion, so that deep nesting cannot overflow the stack. */
import type { Json } from "../api/mod.ts";

/** The size of a JSON value. */
export interface JsonSize {
  /** The number of values: the value itself, and all values in its lists and objects. */
  values: number;
  /** The number of nested lists and objects. */
  depth: number;
}

/**
 * Returns the size of a JSON value. Stops counting at the first level at which `limit` values are exceeded.
 */
export function jsonSize(json: Json | undefined, limit = Infinity): JsonSize {
  let values = 0;
  let depth = 0;
  let level = [json];
  for (; level.length > 0 && values <= limit; depth++) {
    values += level.length;
    const below: (Json | undefined)[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      if (Array.isArray(value)) { for (const element of value) below.push(element); }
      else for (const key in value) below.push(value[key]);
    }
    level = below;
  }
  return { values, depth };
}
