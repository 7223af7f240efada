/** JSON merge patch (RFC 7386). */
import { isObject, type Json, type JsonObject } from "../../api/mod.ts";

/** Returns a copy of the target after applying the merge patch. A null in the patch removes a field. */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = isObject(value) ? mergePatch(result[key], value) : value;
  }
  return result;
}
