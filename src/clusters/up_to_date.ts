/** Decides whether a live object already has everything that kro would apply to it. The function is pure. */
import type { KubeObject } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { applyEntry } from "../reconcile/mod.ts";
import { fingerprint, hasValues } from "./drift/fingerprint.ts";

/**
 * Returns true when the live object has all desired values and kro owns only fields of the desired object. An
 * apply would then change nothing.
 *
 * @param schema The schema of the kind. Without a schema, the comparison is stricter, and equal quantities
 * such as `1` and `1000m` count as different.
 */
export function isUpToDate(
  live: KubeObject,
  desired: KubeObject,
  schema: Schema | undefined,
): boolean {
  const entry = applyEntry(live);
  if (!entry || entry.apiVersion !== desired.apiVersion) return false;
  const print = fingerprint(live, schema);
  return print !== undefined && hasValues(print, desired, schema);
}
