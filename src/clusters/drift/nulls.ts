/**
 * Finds the null fields of an object. Comparison ignores null, but an applied null is a claim of kro's: it resets
 * the field. Another manager that sets the field takes it from kro. Pure.
 */
import { isObject, type Json, type KubeObject } from "../../api/mod.ts";
import { withoutSystemFields } from "./normalise.ts";

/** The paths of null fields in metadata, spec and so on, as text; those of `status` only if `withStatus`. */
export function nullFields(value: Json | KubeObject | undefined, withStatus: boolean): string[] {
  if (!isObject(value)) return [];
  const { metadata, status, ...rest } = value as Record<string, Json | undefined>;
  const all = { ...rest, metadata: withoutSystemFields(metadata), ...(withStatus && { status }) };
  const found: string[] = [];
  collect(all as Json, "", 0, found);
  return found;
}

/** Nulls below this level, with a longer path, and beyond this number are not compared. */
const MAX_LEVEL = 256;
const MAX_PATH = 1000;
const MAX_NULLS = 1000;

function collect(value: Json | undefined, path: string, level: number, found: string[]): void {
  if (found.length >= MAX_NULLS || path.length > MAX_PATH) return;
  if (value === null) found.push(path);
  if (typeof value !== "object" || value === null || level > MAX_LEVEL) return;
  for (const [key, below] of Object.entries(value)) {
    // A path is built only on the way to a null or a list or object.
    if (typeof below === "object") collect(below, `${path}/${key}`, level + 1, found);
  }
}
