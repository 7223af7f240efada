/** What the fuzz tests share: seeded runs, and a guard that tells a hang from slowness. */
import assert from "node:assert/strict";
import process from "node:process";
import fc from "fast-check";

/** What takes longer hangs: milliseconds of this process, several times what any input takes. */
const HANG_MS = 1_000;

/** Runs a parser on one input; the name is for messages, the input may be huge. */
export function bounded<T>(name: string, run: () => T): T {
  const [result, first] = timed(run);
  if (first < HANG_MS) return result;
  // A busy machine may slow down one run.
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

/** Any bytes as text. */
export const bytes: fc.Arbitrary<string> = fc.string({ unit: "binary", maxLength: 80 });

/** Runs a property with a fixed seed, so that a failure comes again. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, runs: number, check: (value: T) => void) {
  fc.assert(
    fc.property(arbitrary, (value) => bounded("a random input", () => check(value))),
    { seed: 20_250, numRuns: runs },
  );
}

/** A text with pieces cut out, doubled, swapped and put in. */
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
