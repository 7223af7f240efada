/**
 * Waits in tests: until a condition holds, and until a state no longer changes.
 *
 * A test must not depend on the speed of its machine. It waits for effects of other processes
 * with {@link eventually}, and for the absence of effects with {@link steady}, which counts reads instead of time.
 *
 * @module
 */

/** The limit of every wait, in seconds: a busy machine may need 100 times as long as an idle one. */
export const LIMIT_SECONDS = 120;

type Checked<T> = T | undefined | null | false;

/**
 * Polls until `check` returns a truthy value, and returns that value.
 *
 * @param what names the condition in the error
 * @param seconds after which the wait fails
 * @param everyMs pause between two checks
 * @throws what `check` throws, at once; an Error that names `what` at the limit
 * @example
 * ```ts
 * const lease = await eventually("the Lease", () => client.get(ref));
 * ```
 */
export async function eventually<T>(
  what: string,
  check: () => Checked<T> | Promise<Checked<T>>,
  seconds: number = LIMIT_SECONDS,
  everyMs = 50,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what}: not after ${seconds} s`);
    await sleep(everyMs);
  }
}

/** Pause in milliseconds between two reads of {@link steady}. */
const LOOK_MS = 20;

/**
 * Polls until `read` has returned the same string for at least `ms` in at least `ms / 20` consecutive reads.
 * A `read` that makes a round trip to the API server distinguishes a quiet process from a
 * starved one: on a starved machine the reads take longer, and so does the whole wait.
 *
 * @throws an Error with the last string if it still changes after {@link LIMIT_SECONDS}
 */
export async function steady(
  what: string,
  read: () => string | Promise<string>,
  ms = 300,
): Promise<void> {
  const end = performance.now() + LIMIT_SECONDS * 1000 + ms;
  let last = await read();
  for (let [looks, since] = [0, performance.now()];;) {
    await sleep(LOOK_MS);
    const text = await read();
    looks++;
    if (text !== last) [last, looks, since] = [text, 0, performance.now()];
    if (looks * LOOK_MS >= ms && performance.now() - since >= ms) return;
    if (performance.now() > end) throw new Error(`${what}: still changing, last ${last}`);
  }
}

/** Resolves after `ms` milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
