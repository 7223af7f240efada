/** Work that no code awaits: its failures are reported instead of ending the process. */

/** Called with the name of the work that failed, a constant of the code, and its error. */
export type FailureListener = (work: string, error: unknown) => void;

const listeners = new Set<FailureListener>();

/**
 * Registers a listener for failures of {@link inBackground} and {@link guarded}; the returned function removes
 * it. Without a listener a failure is an uncaught error of the process.
 */
export function onBackgroundFailure(listener: FailureListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Takes a promise that no code awaits, and reports its rejection. A bare `void promise` would end the process.
 *
 * @param work Name of the work in logs and metrics: a constant, such as `sweeps`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inBackground, onBackgroundFailure } from "./mod.ts";
 *
 * const { promise: reported, resolve } = Promise.withResolvers<string>();
 * const stop = onBackgroundFailure((work) => resolve(work));
 * inBackground("example", Promise.reject(new Error("broken")));
 * assert.equal(await reported, "example");
 * stop();
 * ```
 */
export function inBackground(work: string, promise: Promise<unknown>): void {
  promise.catch((error) => report(work, error));
}

/** Calls a callback whose error must not end the work of its caller, and reports its error. */
export function guarded(work: string, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    report(work, error);
  }
}

function report(work: string, error: unknown): void {
  if (listeners.size === 0) return reportError(error);
  for (const listener of listeners) listener(work, error);
}
