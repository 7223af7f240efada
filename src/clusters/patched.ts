/** Patches the instance of a pass in memory, for the implementations of `Cluster` that send no write. */
import type { JsonObject, KubeObject } from "../api/mod.ts";
import { mergePatch } from "../reconcile/mod.ts";

/**
 * Returns the instance after a merge patch. Leaves out the patch's `metadata.resourceVersion`, which is a
 * precondition and not a value to write.
 */
export function patched(instance: KubeObject, { metadata, ...rest }: JsonObject): KubeObject {
  const { resourceVersion: _, ...kept } = (metadata ?? {}) as JsonObject;
  const base = instance as unknown as JsonObject;
  return mergePatch(base, { ...rest, metadata: kept }) as unknown as KubeObject;
}
