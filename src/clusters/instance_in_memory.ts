/** Writes the instance of a pass in memory, for the implementations of `Cluster` that send no write. */
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

/** The instance of a pass whose writes change the instance in memory only. */
export class InstanceInMemory {
  #object: KubeObject;

  /** Starts with the instance as the pass read it. */
  constructor(object: KubeObject) {
    this.#object = object;
  }

  /** The instance with all writes of the pass. */
  get object(): KubeObject {
    return this.#object;
  }

  /** Patches the instance, as {@link patched} does. */
  patch(patch: JsonObject): Promise<KubeObject> {
    return this.write(patched(this.#object, patch));
  }

  /** Replaces the instance. */
  write(object: KubeObject): Promise<KubeObject> {
    this.#object = object;
    return Promise.resolve(object);
  }
}
