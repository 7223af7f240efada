/**
 * Waiting in tests: for a condition to hold, and for a state to change no more.
 *
 * A test must not depend on the speed of its machine. Whatever another process causes is waited for
 * with {@link eventually}; "nothing more happens" is {@link steady}, which counts looks instead of time.
 *
 * @module
 */

/** The limit of every wait, in seconds: what takes 100 ms may take 100 times as long on a busy machine. */
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

/** Pause between two looks of {@link steady}. */
const LOOK_MS = 20;

/**
 * Polls until `read` has returned the same text for at least `ms` in at least `ms / 20` consecutive looks.
 * A `read` that makes a round trip to the API server keeps a starved server or process from passing for a
 * quiet one: the looks then take longer, and with them the whole wait.
 *
 * @throws an Error with the last text when it still changes after {@link LIMIT_SECONDS}
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

/** Resolves after so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
