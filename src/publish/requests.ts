/** Options and error handling of the requests that publish and withdraw an RGD. */
import { isConflict, isNotFound, Manager } from "../api/mod.ts";
import type { WriteOptions } from "../kube/mod.ts";

/** The options of a write under the field manager `kro`. Upstream kro uses the same field manager. */
export const asKro: WriteOptions = { fieldManager: Manager.kro };

/** Awaits a request, and resolves also when the request fails because the object no longer exists. */
export async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Awaits a request, and resolves also when the request fails because the object no longer exists, or was
 * changed or replaced.
 */
export async function unlessReplaced(request: Promise<unknown>): Promise<void> {
  try {
    await unlessGone(request);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}
