/** Parses the keys of `fieldsV1` in managed fields. */
import { deeperThan, MAX_DEPTH } from "./depth.ts";
import { parseJson } from "./json.ts";
import type { Json } from "./object.ts";

/**
 * Returns the JSON after the prefix of a key of `fieldsV1`, such as `{"name":"a"}` for the key
 * `k:{"name":"a"}`. Returns undefined when the text is not JSON, or is nested deeper than {@link MAX_DEPTH}.
 * An aggregated API server may send such keys.
 */
export function fieldKeyValue(key: string): Json | undefined {
  try {
    const value = parseJson(key.slice(2));
    return deeperThan(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}
