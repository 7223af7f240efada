/** JSON merge patch (RFC 7386). */
import { define, isObject, type Json, type JsonObject, ownValue } from "../../api/mod.ts";

/** Returns a copy of the target after applying the merge patch. A null in the patch removes a field. */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const key in patch) {
    const value = patch[key];
    if (value === null || value === undefined) {
      delete result[key];
      continue;
    }
    const old = ownValue(result, key) as Json | undefined;
    const merged = isObject(value) ? mergePatch(old, value) : value;
    if (merged !== old) define(result, key, merged);
  }
  return result;
}
