/** What counts of an answer about an expression: type, value, and the class of a failure instead of its text. */
import type { Answer } from "./protocol.ts";

/** Reduces an answer; ours names the class, upstream's text tells it. */
export function celVerdict(answer: Answer): Answer {
  const { type, value, compileError, evalError, error } = answer;
  // Upstream's `error` is an expression that checks but of which no program can be made.
  if (compileError !== undefined || error !== undefined) return { compileError: true };
  const rest = evalError === undefined
    ? value !== undefined && { value }
    : { evalError: classOf(answer) };
  return { ...(type !== undefined && { type }), ...rest };
}

/** Upstream waits for data when a text has one of the words of the first line, and for nothing else. */
const CLASSES: readonly (readonly [name: string, ...upstream: RegExp[]])[] = [
  ["pending", /no such (key|field|attribute)|index out of bounds/],
  [
    "overload",
    /no such overload|no matching overload|unsupported index/,
    /expected iterable type|unsupported comprehension range|omit\(\) is a field-removal/,
  ],
  ["division", /division by zero|modulus by zero/],
  ["overflow", /overflow|range error/],
  [
    "conversion",
    /conver|^Invalid [\w-]+ formatted string|^unsupported type|^map key must|^invalid (data|array type|RFC 3339)|^not JSON|unhashable/,
    /^json\.(un)?marshal failed|base64|^quantities must|^unable to parse quantity/,
    /^proto:\s|^IPv4-mapped|^IP address|^network address|^URL parse/,
    /Major\.Minor\.Patch|^Prerelease|^Build meta|leading zeroes|^strconv\.|^Invalid character\(s\)|^Version string empty/,
  ],
];

/** Argument faults and everything without a class of its own are one class. */
function classOf({ class: own, evalError }: Answer): string {
  if (typeof own === "string") return ["argument", "cost"].includes(own) ? "other" : own;
  const text = String(evalError);
  const found = CLASSES.find(([, ...patterns]) =>
    patterns.some((pattern) => (pattern as RegExp).test(text))
  );
  return found?.[0] ?? "other";
}
