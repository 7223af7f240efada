/** Options and error handling of this folder's requests. */
import { ApiError, isNotFound, Manager } from "../api/mod.ts";
import type { WriteOptions } from "../kube/mod.ts";

/** Options of writes under upstream's field manager, `kro`. */
export const asKro: WriteOptions = { fieldManager: Manager.kro };

/** True when another client changed, replaced or created the object first, so that it must be read again. */
export function isOutrun(error: unknown): boolean {
  return error instanceof ApiError && ["Conflict", "AlreadyExists"].includes(error.reason);
}

/** Awaits a request; resolves also when its object no longer exists. */
export async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Awaits a request; resolves also when its object no longer exists, or was changed or replaced. */
export async function unlessReplaced(request: Promise<unknown>): Promise<void> {
  try {
    await unlessGone(request);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Conflict")) throw error;
  }
}
