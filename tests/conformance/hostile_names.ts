/**
 * Names that have a meaning in JavaScript. In upstream's code, these names have no meaning. kro must
 * therefore treat them as ordinary names of fields, nodes, types and variables.
 */

/**
 * Names of members that JavaScript objects inherit or often have, such as `toString` and `length`.
 */
export const HOSTILE_NAMES = [
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "then",
  "__proto__",
] as const;

/** The hostile names that are also valid node IDs. A node ID contains only letters and digits. */
export const HOSTILE_IDS = HOSTILE_NAMES.filter((name) => !name.startsWith("_"));

/** Returns an object in which each of the names is a key with the same value, `value`. */
export function withHostileNames<T>(value: T, names: readonly string[] = HOSTILE_NAMES) {
  // `Object.fromEntries` creates an own property `__proto__`. In an object literal, `__proto__` would set the
  // prototype.
  return Object.fromEntries(names.map((name): [string, T] => [name, value]));
}
