/**
 * Waits in tests: until a condition holds, or until a state no longer changes.
 *
 * A test must not depend on the speed of its machine. A test that expects an effect of another
 * process waits with {@link eventually}. A test that expects no further effect waits with
 * {@link steady}, which counts reads in addition to time.
 *
 * @module
 */

/**
 * The time limit of every wait, in seconds. The limit is long because a busy machine may need 100
 * times as long as an idle one.
 */
export const LIMIT_SECONDS = 120;

type Checked<T> = T | undefined | null | false;

/**
 * Polls until `check` returns a truthy value, and returns that value.
 *
 * @param what what the test waits for, as the error message names it
 * @param seconds the time limit in seconds
 * @param everyMs the pause between two checks in milliseconds
 * @throws an error of `check` immediately; an Error with `what` when the time limit is exceeded
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

/** The pause between two reads of {@link steady}, in milliseconds. */
const LOOK_MS = 20;

/**
 * Polls until `read` has returned the same string for `ms` milliseconds and at least `ms / 20` times in a
 * row.
 *
 * On a busy machine, the string may stay the same only because the tested process gets no CPU time. A minimum
 * time alone would mistake this process for an idle one. The minimum number of reads prevents this: on a busy
 * machine, the reads are slow as well, so the wait becomes longer.
 *
 * @throws an Error with the last string if the string still changes after {@link LIMIT_SECONDS}
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
