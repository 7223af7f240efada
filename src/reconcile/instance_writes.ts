/** Writes to the instance itself, with optimistic concurrency. */
import {
  ApiError,
  isNotFound,
  type JsonObject,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import type { Pass } from "./pass.ts";

/** Attempts of one write, the first included. */
const MAX_ATTEMPTS = 4;

/** The reference to the pass's instance. */
export function instanceRef({ kind, instance }: Pass): ObjectRef {
  const { name = "", namespace } = instance.metadata;
  return { kind, name, ...(kind.namespaced && namespace ? { namespace } : {}) };
}

/**
 * Sends the metadata that `patch` returns as a merge patch with a resourceVersion precondition; sends no
 * request if it returns undefined. Conflicts are retried as in {@link retryOnConflict}. Returns the
 * instance after the patch; the caller updates `pass.instance`.
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
 * Runs a write on the instance. After a conflict it reads the instance from the API server and runs again,
 * up to {@link MAX_ATTEMPTS} times, provided that UID, generation and deletion are unchanged: a changed
 * spec is left to the next pass. Rejects with the last ApiError.
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
      const isConflict = error instanceof ApiError && error.reason === "Conflict";
      if (!isConflict || attempt === MAX_ATTEMPTS) throw error;
      const again = await cluster.getLive(instanceRef(pass));
      if (!again || !isSameGeneration(again, instance)) throw error;
      fresh = again;
    }
  }
}

/** True when a write failed because the instance is gone or was changed since the pass read it. */
export function isSuperseded(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ApiError && error.reason === "Conflict");
}

function isSameGeneration(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp;
}
