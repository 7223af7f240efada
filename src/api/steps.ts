/** Runs computations that are divided into steps, so that other work can be done in between. */

/** Runs all steps of a computation without a pause, and returns its result. */
export function resultOf<T>(steps: Iterator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
