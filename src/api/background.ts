/**
 * Background work that no code awaits. Failures of background work are reported to a listener instead of
 * ending the process.
 */

/**
 * The type of a listener for failures of background work. `work` is the name of the work that failed, which
 * is a constant in the code.
 */
export type FailureListener = (work: string, error: unknown) => void;

const listeners = new Set<FailureListener>();

/**
 * Registers a listener for failures of {@link inBackground} and {@link guarded}. Returns a function that
 * removes the listener. Without a listener, a failure is an uncaught error and ends the process.
 */
export function onBackgroundFailure(listener: FailureListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Watches a promise that no code awaits, and reports its rejection to the listeners. Without this function,
 * the rejection would end the process.
 *
 * @param work The name of the work in logs and metrics, which is a constant such as `sweeps`.
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

/**
 * Calls a callback. An error of the callback is reported to the listeners instead of being thrown, so the
 * caller continues its work.
 */
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
