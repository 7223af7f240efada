/**
 * The benchmark case `blocks`. Some functions of kro read objects that other clients have written, and block
 * the event loop while they run. The script measures the CPU time of these functions for the largest and most
 * hostile arguments. The script prints a table of the longest times to standard error, and fails if a call
 * takes longer than {@link LIMIT_MS}. An argument of the script selects the functions whose names contain it:
 *
 * ```sh
 * deno task bench --only blocks --upstream none mergePatch
 * ```
 */
import process from "node:process";
import { jsonText } from "../../../src/api/mod.ts";
import { parseSteps } from "../../../src/kube/json_slices.ts";
import { hostileArgument, PIECES, STRING_CALLS, VALUE_CALLS } from "../../support/hostile_calls.ts";
import { HOSTILE_VALUES, LARGEST } from "../../support/hostile_values.ts";

/** The CPU time that a call may take, in milliseconds. */
const LIMIT_MS = 100;
/**
 * The maximum number of times that a call is measured while it takes longer than {@link LIMIT_MS}. The
 * shortest time counts. A call that takes less than half of the limit is measured once.
 */
const ATTEMPTS = 8;

/**
 * The lengths of the longest strings that these functions receive, in UTF-16 units. The other functions
 * receive strings of up to {@link LARGEST} bytes.
 */
const LONGEST: ReadonlyMap<string, number> = new Map([
  // The expressions of one string together have at most 100,000 characters. An expression may contain a
  // pattern.
  ...["parse", "parse of a literal", "patternSize"].map((name) => [name, 100_000] as const),
  // The definition of a field has at most 100,000 characters, and its type and marker need some of them.
  ...["type", "marker", "default"].map((name) => [`a SimpleSchema ${name}`, 99_900] as const),
  // The longest pattern whose compilation is not too expensive.
  ["a SimpleSchema pattern", 18_000],
]);

/**
 * The name of the call that is not measured. Its argument is the largest value together with its managed
 * fields, which is larger than any object that the API server permits.
 */
const TOO_LARGE = "fingerprint of single fields";
/** The name of the row for the steps in which kro parses JSON. */
const STEPS = "a step of parseSteps";

const [filter = ""] = Deno.args;
const isMeasured = (name: string) => name.includes(filter) && name !== TOO_LARGE;

/**
 * Returns the shortest of several times. Measures again while the time is near or above the limit, because
 * another process on the same core can slow the call down.
 */
function shortest(measure: () => number): number {
  let best = Infinity;
  for (let i = 0; i < ATTEMPTS && best > (i < 2 ? LIMIT_MS / 2 : LIMIT_MS); i++) {
    best = Math.min(best, measure());
  }
  return best;
}

/**
 * Returns the CPU time of the thread that runs the call, in milliseconds. The threads that collect garbage
 * and compile code at the same time do not count.
 */
function cpuTime(call: () => unknown): number {
  const before = process.threadCpuUsage();
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TooDeepError") throw error;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Returns the longest CPU time of one step of a computation in steps, in milliseconds. */
function longestStep(steps: Iterator<unknown>): number {
  let longest = 0;
  for (let isDone = false; !isDone;) {
    longest = Math.max(longest, cpuTime(() => isDone = steps.next().done ?? false));
  }
  return longest;
}

/** The longest time of each function, and the argument that took it. */
const worst = new Map<string, { what: string; ms: number }>();

function note(name: string, what: string, ms: number): void {
  if (ms >= (worst.get(name)?.ms ?? 0)) worst.set(name, { what, ms });
}

for (const [what, make] of Object.entries(HOSTILE_VALUES)) {
  // All functions are measured with the same argument, because making it takes longer than most calls.
  const argument = hostileArgument(make(LARGEST));
  for (const [name, call] of Object.entries(VALUE_CALLS)) {
    if (isMeasured(name)) note(name, what, shortest(() => cpuTime(() => call(argument))));
  }
  const text = jsonText(argument.value);
  if (isMeasured(STEPS)) note(STEPS, what, shortest(() => longestStep(parseSteps(text))));
}
for (const [name, call] of Object.entries(STRING_CALLS)) {
  if (!isMeasured(name)) continue;
  for (const piece of PIECES) {
    const text = piece.repeat((LONGEST.get(name) ?? LARGEST) / piece.length);
    note(name, JSON.stringify(piece), shortest(() => cpuTime(() => call(text))));
  }
}

let failed = 0;
for (const [name, { what, ms }] of worst) {
  const isSlow = ms > LIMIT_MS;
  if (isSlow) failed++;
  const mark = isSlow ? "  too slow" : "";
  console.error(`${name.padEnd(32)}${what.padEnd(40)}${ms.toFixed(0).padStart(6)} ms${mark}`);
}
if (failed > 0) throw new Error(`${failed} functions block the event loop for too long`);
