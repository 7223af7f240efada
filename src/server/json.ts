/** Successful JSON responses. */
import { deeperThan, define, isObject, jsonText, moreValuesThan } from "../api/mod.ts";

/**
 * The maximum nesting depth of a response that is indented. The indentation of 750,000 lists, each nested 200
 * levels deep, would have 300 MB.
 */
const MAX_LEVELS = 64;

/**
 * Returns a response with the value as its body, in JSON with sorted keys and indentation, so that two
 * responses can be compared with `diff`. A value that has too many values or levels is written without
 * sorting and indentation, because both would block the event loop.
 */
export function json(value: unknown): Response {
  const isLarge = moreValuesThan(value) || deeperThan(value, MAX_LEVELS);
  const text = isLarge ? jsonText(value) : jsonText(sorted(value), 2);
  return new Response(text + "\n", { headers: { "content-type": "application/json" } });
}

/** Returns a copy of JSON in which the keys of all objects are sorted. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const copy = {};
  for (const key of Object.keys(value).sort()) define(copy, key, sorted(value[key]));
  return copy;
}
