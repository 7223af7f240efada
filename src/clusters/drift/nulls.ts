/**
 * Finds the null fields of an object. The comparison of values ignores null fields, so kro compares them
 * separately: when kro applies null, the API server removes the value and records kro as the owner of the
 * field, until another field manager sets the field. The functions are pure.
 */
import { hasNull, isObject, type Json, type KubeObject, MAX_DEPTH } from "../../api/mod.ts";
import { withoutSystemFields } from "./normalize.ts";

/**
 * Returns the paths of the null fields, such as `/spec/replicas`. Null fields of `status` are included only
 * if `withStatus` is true.
 */
export function nullFields(value: Json | KubeObject | undefined, withStatus: boolean): string[] {
  // Most objects contain no null. For these objects, the function returns without building the paths of
  // fields.
  if (!isObject(value) || !hasNull(value)) return [];
  const { metadata, status, ...rest } = value as Record<string, Json | undefined>;
  const all = { ...rest, metadata: withoutSystemFields(metadata), ...(withStatus && { status }) };
  const found: string[] = [];
  collect(all as Json, "", 0, found);
  return found;
}

/** The maximum length of a compared path. Null fields with a longer path are ignored. */
const MAX_PATH = 1000;
/** The maximum number of compared null fields of one object. Further null fields are ignored. */
const MAX_NULLS = 1000;

function collect(value: Json | undefined, path: string, level: number, found: string[]): void {
  if (found.length >= MAX_NULLS || path.length > MAX_PATH) return;
  if (value === null) found.push(path);
  if (typeof value !== "object" || value === null || level > MAX_DEPTH) return;
  for (const [key, below] of Object.entries(value)) {
    // For null, lists and objects, `typeof` returns `object`. Values of other types contain no null, so no
    // path is built for them.
    if (typeof below === "object") collect(below, `${path}/${key}`, level + 1, found);
  }
}
