/**
 * The benchmark case `blocks`. Some functions of kro read objects that other clients have written, and block
 * the event loop while they run. The script measures the CPU time of these functions for the largest and most
 * hostile objects. The script prints a table of the longest times to standard error, and fails if a call
 * takes longer than its limit. `SECURITY.md` names the functions with a higher limit, and the reasons.
 */
import process from "node:process";
import { jsonText } from "../../../src/api/mod.ts";
import { parseSteps } from "../../../src/kube/json_slices.ts";
import { hostileArgument, PIECES, STRING_CALLS, VALUE_CALLS } from "../../support/hostile_calls.ts";
import { HOSTILE_VALUES, LARGEST } from "../../support/hostile_values.ts";

/** The CPU time that a call may take, in milliseconds. */
const LIMIT_MS = 100;
/** The CPU time that a call of a function in {@link EXCEPTIONS} may take, in milliseconds. */
const EXCEPTION_MS = 1000;
/** The maximum number of times that a call is measured. The shortest time counts. */
const ATTEMPTS = 8;

/**
 * The functions that may take longer than {@link LIMIT_MS}. All of them take linear time. The first seven
 * functions parse expressions or SimpleSchema, which occur only in RGDs. V8 parses JSON in one call, and
 * parses it again if it contains integers that a JavaScript number cannot represent. kro parses large responses
 * and watch events with `parseSteps` instead.
 */
const EXCEPTIONS = new Set([
  ...["parse", "parse of a literal", "scan", "scan of an open expression"],
  ...["a SimpleSchema type", "a SimpleSchema marker", "a SimpleSchema default"],
  "parseJson",
]);

/**
 * The name of the call that is not measured. Its argument is the largest value together with its managed
 * fields, which is larger than any object that the API server permits.
 */
const TOO_LARGE = "fingerprint of single fields";

/**
 * Returns the CPU time of the thread that runs the call, in milliseconds. The threads that collect garbage
 * and compile code at the same time do not count. Measures the call again while the time exceeds the limit,
 * because another process on the same core can slow the call down.
 */
function cpuTime(call: () => unknown, limit: number): number {
  let best = Infinity;
  for (let i = 0; i < ATTEMPTS && (i < 2 || best > limit); i++) {
    const before = process.threadCpuUsage();
    try {
      call();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "TooDeepError") throw error;
    }
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** Returns the longest CPU time of one step of a computation in steps, in milliseconds. */
function longestStep(steps: () => Iterator<unknown>): number {
  let best = Infinity;
  for (let i = 0; i < ATTEMPTS && (i < 2 || best > LIMIT_MS); i++) {
    const running = steps();
    let longest = 0;
    for (let isDone = false; !isDone;) {
      const before = process.threadCpuUsage();
      isDone = running.next().done ?? false;
      const { user, system } = process.threadCpuUsage(before);
      longest = Math.max(longest, (user + system) / 1000);
    }
    best = Math.min(best, longest);
  }
  return best;
}

let failed = 0;

function report(name: string, times: [what: string, ms: number][]): void {
  const [what, ms] = times.reduce((worst, one) => one[1] > worst[1] ? one : worst);
  const isSlow = ms > (EXCEPTIONS.has(name) ? EXCEPTION_MS : LIMIT_MS);
  if (isSlow) failed++;
  const mark = isSlow ? "  too slow" : "";
  console.error(`${name.padEnd(32)}${what.padEnd(40)}${ms.toFixed(0).padStart(6)} ms${mark}`);
}

for (const [name, call] of Object.entries(VALUE_CALLS)) {
  if (name === TOO_LARGE) continue;
  report(
    name,
    Object.entries(HOSTILE_VALUES).map(([what, make]) => {
      const argument = hostileArgument(make(LARGEST));
      return [what, cpuTime(() => call(argument), LIMIT_MS)];
    }),
  );
}
report(
  "a step of parseSteps",
  Object.entries(HOSTILE_VALUES).map(([what, make]) => {
    const text = jsonText(make(LARGEST));
    return [what, longestStep(() => parseSteps(text))];
  }),
);
for (const [name, call] of Object.entries(STRING_CALLS)) {
  report(
    name,
    PIECES.map((piece) => {
      const text = piece.repeat(LARGEST / piece.length);
      return [JSON.stringify(piece), cpuTime(() => call(text), LIMIT_MS)];
    }),
  );
}
if (failed > 0) throw new Error(`${failed} functions block the event loop for too long`);
