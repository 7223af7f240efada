/** Helpers for JSON values of unknown shape. */

/** The JSON type of a value for messages, such as `a list` or `an integer`. */
export function kindOfJson(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "bigint") return "an integer";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a number";
  return `a ${typeof value}`;
}

/** Whether lists and objects nest deeper than `limit`. Does not recurse. */
export function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((v) => typeof v === "object" && v !== null ? Object.values(v) : []);
  }
  return false;
}
