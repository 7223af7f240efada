/** Helpers for JSON values of unknown structure. */

/** Returns the JSON type of a value for messages, such as `a list` or `an integer`. */
export function kindOfJson(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "bigint") return "an integer";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a number";
  return `a ${typeof value}`;
}
