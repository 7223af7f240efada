/**
 * Functions for fuzz tests. They run a check on random values with a fixed seed, and limit the CPU time of
 * each check.
 */
import assert from "node:assert/strict";
import process from "node:process";
import fc from "fast-check";

/**
 * The CPU time above which a run counts as a hang, in milliseconds. The slowest known input takes a fraction
 * of this time.
 */
const HANG_MS = 1_000;

/**
 * Calls `run`, and calls it again if the first call used more CPU time than {@link HANG_MS}. Fails if the
 * second call exceeds this limit as well. `name` describes the input in the error.
 */
export function bounded<T>(name: string, run: () => T): T {
  const [result, first] = timed(run);
  if (first < HANG_MS) return result;
  // Measures a second time, because a busy machine can cause a single slow run.
  const [again, second] = timed(run);
  assert.ok(
    second < HANG_MS,
    `${name} took ${Math.round(first)} ms, then ${Math.round(second)} ms`,
  );
  return again;
}

function timed<T>(run: () => T): [result: T, milliseconds: number] {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

/** Strings of up to 80 arbitrary code points. */
export const bytes: fc.Arbitrary<string> = fc.string({ unit: "binary", maxLength: 80 });

/** Checks a property with random values. The seed is fixed, so that a failure can be reproduced. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, runs: number, check: (value: T) => void) {
  fc.assert(
    fc.property(arbitrary, (value) => bounded("a random input", () => check(value))),
    { seed: 20_250, numRuns: runs },
  );
}

/**
 * Generates random variants of the strings in `corpus`. A variant has one to six changes, each of which
 * deletes some characters and inserts one of the tokens.
 */
export function mutated(
  corpus: readonly string[],
  tokens: readonly string[],
): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(6),
    insert: fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: "binary", maxLength: 4 })),
  });
  const edits = fc.array(edit, { minLength: 1, maxLength: 6 });
  return fc.tuple(fc.constantFrom(...corpus), edits).map(([text, list]) =>
    list.reduce((before, { at, drop, insert }) => {
      const start = Math.floor(at * before.length);
      return before.slice(0, start) + insert + before.slice(start + drop);
    }, text)
  );
}
