/** JSON merge patch (RFC 7386). */
import { copyOf, define, isObject, type Json, type JsonObject, ownValue } from "../../api/mod.ts";

/**
 * Returns the target after applying the merge patch. A null in the patch removes a field. The result shares
 * all unchanged parts of the target, and is the target itself when the patch changes nothing.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const base: JsonObject = isObject(target) ? target : {};
  let result = base;
  for (const key in patch) {
    const value = patch[key];
    const old = ownValue(base, key) as Json | undefined;
    const merged = value === null ? undefined : isObject(value) ? mergePatch(old, value) : value;
    if (merged === old && (merged !== undefined || !Object.hasOwn(base, key))) continue;
    if (result === base) result = copyOf(base);
    if (merged === undefined) delete result[key];
    else define(result, key, merged);
  }
  return result;
}
