/**
 * Names that have a meaning in JavaScript. In upstream's code, these names have no meaning. kro must
 * therefore treat them as ordinary names of fields, nodes, types and variables.
 */

/** Names of members of `Object.prototype`, and of members that many objects of JavaScript have. */
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

/** The names that are also valid ids of nodes, which contain only letters and digits. */
export const HOSTILE_IDS = HOSTILE_NAMES.filter((name) => !name.startsWith("_"));

/** Returns an object with this value for each of the names. */
export function withHostileNames<T>(value: T, names: readonly string[] = HOSTILE_NAMES) {
  // `Object.fromEntries` is used, because `__proto__` in an object literal sets the prototype.
  return Object.fromEntries(names.map((name): [string, T] => [name, value]));
}
