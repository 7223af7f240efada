/** Parses the keys of `fieldsV1` in managed fields. */
import { parseJson } from "./json.ts";
import type { Json } from "./object.ts";

/**
 * Returns the JSON after the prefix of a key of `fieldsV1`, such as `{"name":"a"}` for the key `k:{"name":"a"}`.
 * Returns undefined when the text is not JSON, which an aggregated API server may send.
 */
export function fieldKeyValue(key: string): Json | undefined {
  try {
    return parseJson(key.slice(2));
  } catch {
    return undefined;
  }
}
