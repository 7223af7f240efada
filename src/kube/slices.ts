/** Runs a long computation in slices, so that the event loop can process other events in between. */
import { setImmediate } from "node:timers/promises";

/**
 * The duration of a slice, in milliseconds. It is a fifth of the time for which a function of kro may block
 * the event loop, because the last step of a slice may take long.
 */
const SLICE_MS = 20;

/**
 * Runs a generator to its end, and returns its result. After each slice of 20 ms, the function waits until
 * the event loop has processed other events. Rejects if the generator throws.
 *
 * @param now Returns the present time in milliseconds.
 */
export async function inSlices<T>(
  steps: Iterator<unknown, T>,
  now: () => number = () => performance.now(),
): Promise<T> {
  let began = now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (now() - began < SLICE_MS) continue;
    await setImmediate();
    began = now();
  }
}
