/** Compares expected values with the values of objects. */
import { isObject, jsonEqual, jsonText, pathText, shortened } from "../../api/mod.ts";

/** A difference between an expected and an actual value. */
export interface Mismatch {
  /** The keys and indexes that lead to the value. */
  readonly steps: readonly (string | number)[];
  /** The expected and the actual value in one line. */
  readonly message: string;
}

/** The maximum length of a value in a message, in UTF-16 code units. */
const MAX_VALUE = 200;

/**
 * Returns all differences; an empty list when the actual value is as expected. Lists must have the same
 * length. By default, objects may have more fields than expected, and an expected null stands for an absent
 * field.
 *
 * @param exact Whether objects must have the expected fields only.
 */
export function mismatches(
  expected: unknown,
  actual: unknown,
  exact = false,
  steps: readonly (string | number)[] = [],
): Mismatch[] {
  if (isObject(expected) && isObject(actual)) {
    const keys = Object.keys(expected);
    const found = keys.flatMap((key) =>
      mismatches(expected[key], valueOf(actual, key), exact, [...steps, key])
    );
    if (!exact) return found;
    const further = Object.keys(actual).filter((key) =>
      actual[key] !== undefined && !Object.hasOwn(expected, key)
    );
    return [
      ...found,
      ...further.map((key) => ({
        steps: [...steps, key],
        message: `expected no field, found ${shown(actual[key])}`,
      })),
    ];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const found = expected.slice(0, actual.length).flatMap((item, i) =>
      mismatches(item, actual[i], exact, [...steps, i])
    );
    if (expected.length === actual.length) return found;
    const message = `expected ${itemsOf(expected)}, found ${itemsOf(actual)}`;
    return [{ steps, message }, ...found];
  }
  const isAbsent = expected === null && !exact && actual === undefined;
  if (isAbsent || jsonEqual(expected, actual)) return [];
  const wanted = expected === null && !exact ? "no field" : shown(expected);
  return [{ steps, message: `expected ${wanted}, found ${shown(actual)}` }];
}

/** Formats a difference with its path. */
export function mismatchText({ steps, message }: Mismatch): string {
  return steps.length > 0 ? `${pathText(steps)}: ${message}` : message;
}

function valueOf(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function itemsOf({ length }: readonly unknown[]): string {
  return `${length} item${length === 1 ? "" : "s"}`;
}

function shown(value: unknown): string {
  return value === undefined ? "no field" : shortened(jsonText(value), MAX_VALUE);
}
