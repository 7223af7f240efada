/** Options and error handling of the requests that publish and withdraw an RGD. */
import { ApiError, isNotFound, Manager } from "../api/mod.ts";
import type { WriteOptions } from "../kube/mod.ts";

/** The options of a write under the field manager `kro`. Upstream uses the same field manager. */
export const asKro: WriteOptions = { fieldManager: Manager.kro };

/**
 * Reports whether a write failed because another client changed, replaced or created the object first. The
 * object must then be read again.
 */
export function isOutrun(error: unknown): boolean {
  return error instanceof ApiError && ["Conflict", "AlreadyExists"].includes(error.reason);
}

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
    if (!(error instanceof ApiError && error.reason === "Conflict")) throw error;
  }
}
