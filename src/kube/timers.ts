/** Functions that wait for a limited time and clear their timers when the wait ends early. */

/**
 * The longest delay of a timer, in milliseconds: about 25 days. A timer with a longer delay, such as one that
 * comes from a Retry-After header, would fire after one millisecond.
 */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Resolves after `ms` milliseconds, but at most {@link LONGEST_DELAY_MS}, or as soon as the signal aborts. Never
 * rejects, so the caller checks `signal.aborted` afterwards.
 *
 * @example
 * ```ts
 * import { sleep } from "./mod.ts";
 *
 * await sleep(60_000, AbortSignal.timeout(1));
 * ```
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, LONGEST_DELAY_MS));
    signal?.addEventListener("abort", done, { once: true });
  });
}

/**
 * Returns the value of the promise, and rejects with the error of the promise. When the promise is still
 * pending after `ms` milliseconds, rejects with an Error with the given message.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { within } from "./mod.ts";
 *
 * const pending = new Promise(() => {});
 * await assert.rejects(within(1, pending, () => "no response within 1 ms"), /no response/);
 * ```
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  message: () => string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until the promise is fulfilled or rejected, but at most `ms` milliseconds. `Infinity` waits without
 * a limit. Never rejects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { settledIn } from "./mod.ts";
 *
 * assert.equal(await settledIn(1, new Promise(() => {})), false);
 * ```
 *
 * @returns True when the promise was fulfilled or rejected in time; false when the promise is still
 * pending.
 */
export async function settledIn(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => true, () => true);
  if (ms === Infinity) return await settled;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
