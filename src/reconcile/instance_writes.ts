/**
 * Writes to the instance itself with optimistic concurrency: each write contains the resourceVersion that kro
 * read, and the API server rejects the write if another client has changed the instance since then.
 */
import {
  isConflict,
  isNotFound,
  type JsonObject,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import type { Pass } from "./pass.ts";

/** The maximum number of attempts of one write, including the first attempt. */
const MAX_ATTEMPTS = 4;

/** Returns the reference to the instance of the pass. */
export function instanceRef({ kind, instance }: Pass): ObjectRef {
  const { name = "", namespace } = instance.metadata;
  return { kind, name, ...(kind.namespaced && namespace ? { namespace } : {}) };
}

/**
 * Patches the metadata of the instance by a merge patch with a precondition on the resourceVersion.
 * Conflicts are retried as described in {@link retryOnConflict}.
 *
 * @param patch Returns the metadata to patch, or undefined when no patch is needed. No request is sent in
 * that case.
 * @returns The instance after the patch. The caller has to assign the returned instance to `pass.instance`.
 */
export async function patchMetadata(
  pass: Pass,
  patch: (fresh: KubeObject) => JsonObject | undefined,
): Promise<KubeObject> {
  const ref = instanceRef(pass);
  return await retryOnConflict(pass, async (fresh) => {
    const metadata = patch(fresh);
    if (!metadata) return fresh;
    const { resourceVersion } = fresh.metadata;
    return await pass.cluster.patch(ref, { metadata: { resourceVersion, ...metadata } });
  });
}

/**
 * Writes to the instance, and repeats the write after a conflict, with at most {@link MAX_ATTEMPTS} attempts.
 * Before each further attempt, the instance is read from the API server. If its UID, generation or deletion
 * timestamp has changed, the write is not repeated, because the next pass has to handle the changed instance.
 * Rejects with the last ApiError.
 */
export async function retryOnConflict(
  pass: Pass,
  write: (fresh: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  const { cluster, instance } = pass;
  let fresh = instance;
  for (let attempt = 1;; attempt++) {
    try {
      return await write(fresh);
    } catch (error) {
      if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error;
      const again = await cluster.getLive(instanceRef(pass));
      if (!again || !isSameGeneration(again, instance)) throw error;
      fresh = again;
    }
  }
}

/**
 * Reports whether a write failed because the instance no longer exists or was changed since the pass read
 * the instance.
 */
export function isSuperseded(error: unknown): boolean {
  return isNotFound(error) || isConflict(error);
}

function isSameGeneration(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp;
}
