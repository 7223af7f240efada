/** JSON merge patch (RFC 7386). */
import { copyOf, define, isObject, type Json, type JsonObject, ownValue } from "../../api/mod.ts";

/**
 * Returns the target after applying the merge patch. A null in the patch removes a field. The result shares
 * all unchanged parts of the target, and is the target itself when the patch changes nothing. If the target
 * is not an object, the result is the patch without its nulls, and shares all parts without nulls.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  // Merging a patch into itself removes its nulls.
  const base = isObject(target) ? target : patch;
  let result = base;
  const removed = new Set<string>();
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const old = base === patch ? value : ownValue(base, key) as Json | undefined;
    const merged = value === null ? undefined : isObject(value) ? mergePatch(old, value) : value;
    if (merged === old && (merged !== undefined || !Object.hasOwn(base, key))) continue;
    if (merged === undefined) removed.add(key);
    else {
      if (result === base) result = copyOf(base);
      define(result, key, merged);
    }
  }
  if (removed.size === 0) return result;
  // Deleting 100,000 fields takes longer than such a copy.
  return copyOf(result, Object.keys(result).filter((key) => !removed.has(key)));
}
