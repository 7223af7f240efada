/**
 * Extracts the values that kro and upstream must agree on from the response for a CEL expression:
 * the type, the value, and the class of a failure.
 */
import type { Answer } from "./protocol.ts";

/**
 * Extracts the compared values from kro's or upstream's response for a CEL expression. kro's response
 * contains the class of a failure. The class of upstream's failure is derived from the error message.
 */
export function celVerdict(answer: Answer): Answer {
  const { type, value, compileError, evalError, error } = answer;
  // In upstream's responses, `error` means that the expression passes the type check, but cel-go
  // cannot build a program for it. This counts as a compile error.
  if (compileError !== undefined || error !== undefined) return { compileError: true };
  const rest = evalError === undefined
    ? value !== undefined && { value }
    : { evalError: classOf(answer) };
  return { ...(type !== undefined && { type }), ...rest };
}

/**
 * The classes of evaluation failures, each with patterns that match upstream's error messages. In
 * the class `pending`, upstream waits for data that may appear later.
 */
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

/**
 * Returns the class of a failure. The class is `other` for invalid arguments, for an exceeded cost
 * budget, and for messages of upstream that match no class.
 */
function classOf({ class: own, evalError }: Answer): string {
  if (typeof own === "string") return ["argument", "cost"].includes(own) ? "other" : own;
  const text = String(evalError);
  const found = CLASSES.find(([, ...patterns]) =>
    patterns.some((pattern) => (pattern as RegExp).test(text))
  );
  return found?.[0] ?? "other";
}
