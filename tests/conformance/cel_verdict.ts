/** Reduces an answer about an expression to its type, value, and the class of a failure. */
import type { Answer } from "./protocol.ts";

/** Reduces an answer. kro's answer has the class of a failure; upstream's is derived from its message. */
export function celVerdict(answer: Answer): Answer {
  const { type, value, compileError, evalError, error } = answer;
  // Upstream's `error`: the expression passes the type check, but cel-go cannot plan a program for it.
  if (compileError !== undefined || error !== undefined) return { compileError: true };
  const rest = evalError === undefined
    ? value !== undefined && { value }
    : { evalError: classOf(answer) };
  return { ...(type !== undefined && { type }), ...rest };
}

/** Classes of upstream's messages. For messages of the class `pending`, upstream waits for data. */
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

/** Returns the class of a failure; `other` for invalid arguments and for failures without a class. */
function classOf({ class: own, evalError }: Answer): string {
  if (typeof own === "string") return ["argument", "cost"].includes(own) ? "other" : own;
  const text = String(evalError);
  const found = CLASSES.find(([, ...patterns]) =>
    patterns.some((pattern) => (pattern as RegExp).test(text))
  );
  return found?.[0] ?? "other";
}
