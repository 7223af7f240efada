/** Options and error handling that the room's requests share. */
import { ApiError, isNotFound, Manager } from "../api/mod.ts";
import type { WriteOptions } from "../kube/mod.ts";

/** Writes are made under upstream's field manager. */
export const asKro: WriteOptions = { fieldManager: Manager.kro };

/** True when another client changed, replaced or created the object first: read it again, then decide. */
export function isOutrun(error: unknown): boolean {
  return error instanceof ApiError && ["Conflict", "AlreadyExists"].includes(error.reason);
}

/** Resolves also when the object is gone. */
export async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Resolves also when the object is gone, has changed, or has been replaced under its name. */
export async function unlessReplaced(request: Promise<unknown>): Promise<void> {
  try {
    await unlessGone(request);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Conflict")) throw error;
  }
}
