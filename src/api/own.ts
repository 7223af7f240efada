/**
 * Reads, writes and copies the properties of JSON objects, whose names users choose. Only own properties are
 * used: the names `__proto__` and `constructor` are ordinary keys and never reach a prototype.
 */
import type { Json, JsonObject } from "./object.ts";

type Container = Record<string | number, unknown>;

/**
 * Sets an own property of an object. An assignment would set the prototype for the name `__proto__`, and
 * would fail for a name such as `toString` if the prototype is frozen.
 */
export function define(object: object, key: string | number, value: unknown): void {
  // An assignment to an ordinary object is safe unless the key is in `INHERITED`. This small set is checked
  // first, because lookups in a large object are slower.
  const isPlain = Object.getPrototypeOf(object) === Object.prototype && !isInherited(key) ||
    Object.hasOwn(object, key) || !(key in object);
  if (isPlain) (object as Container)[key] = value;
  else Object.defineProperty(object, key, { ...PLAIN, value });
}

/**
 * Returns a copy of a JSON object, or of its properties with these keys. The copy shares the values of the
 * properties. For an object with 100,000 properties, the copy takes half as long as with the spread syntax of
 * JavaScript.
 */
export function copyOf<T extends object>(object: T, keys: string[] = Object.keys(object)): T {
  const copy = {} as T;
  for (const key of keys as (keyof T & string)[]) {
    if (isInherited(key)) define(copy, key, object[key]);
    else copy[key] = object[key];
  }
  return copy;
}

/**
 * Returns a JSON object whose properties have the values that `change` returns; the object itself when
 * `change` returns all values unchanged. An object with 100,000 properties is read and written only once,
 * because each additional traversal would take 15 ms.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mapValues } from "./mod.ts";
 *
 * assert.deepEqual(mapValues({ a: 1, b: 2 }, (value) => Number(value) * 10), { a: 10, b: 20 });
 * ```
 */
export function mapValues(
  object: JsonObject,
  change: (value: Json, key: string) => Json,
): JsonObject {
  const keys = Object.keys(object);
  let result = object;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const value = object[key];
    const changed = value === undefined ? value : change(value, key);
    if (changed !== value && result === object) result = copyOf(object, keys.slice(0, index));
    if (result === object) continue;
    if (isInherited(key)) define(result, key, changed);
    else result[key] = changed;
  }
  return result;
}

/** Returns a list of the items that `change` returns; the list itself when all items stay the same. */
export function mapItems<T>(list: T[], change: (item: T) => T): T[] {
  let result = list;
  for (let index = 0; index < list.length; index++) {
    const changed = change(list[index]!);
    if (changed === list[index]) continue;
    if (result === list) result = list.slice();
    result[index] = changed;
  }
  return result;
}

/** The names of properties that ordinary objects inherit. */
const INHERITED: ReadonlySet<string | number> = new Set(
  Object.getOwnPropertyNames(Object.prototype),
);

/**
 * Reports whether ordinary objects inherit a property with this name. No such name begins with a digit, and
 * looking up the names that are array indexes would take ten times as long as setting the properties.
 */
function isInherited(key: string | number): boolean {
  return typeof key === "string" && key.charCodeAt(0) > 0x39 && INHERITED.has(key);
}

/** The property attributes that an ordinary assignment would give to a new property. */
const PLAIN = { enumerable: true, writable: true, configurable: true };

/**
 * Returns an own property of an object or an element of a list; undefined when the value has no such property
 * or element.
 */
export function ownValue(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) && typeof step !== "number") return undefined;
  return Object.hasOwn(value, step) ? (value as Container)[step] : undefined;
}

/**
 * Returns the value at a path; undefined when a step of the path is missing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { valueAt } from "./mod.ts";
 *
 * assert.equal(valueAt({ spec: { ports: [80] } }, ["spec", "ports", 0]), 80);
 * assert.equal(valueAt({}, ["constructor", "prototype"]), undefined);
 * ```
 */
export function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce(ownValue, root);
}

/**
 * Sets the value at a path. Missing objects and lists along the path are created. If a list is too short for
 * an index in the path, the list is filled with null up to the index.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { setAt } from "./mod.ts";
 *
 * const root = {};
 * setAt(root, ["a", 1], "x");
 * assert.deepEqual(root, { a: [null, "x"] });
 * ```
 */
export function setAt(root: object, path: readonly (string | number)[], value: unknown): void {
  let at = root;
  for (const [i, step] of path.entries()) {
    if (Array.isArray(at)) { while (at.length < Number(step)) at.push(null); }
    if (i === path.length - 1) return define(at, step, value);
    const known = ownValue(at, step);
    const below = typeof known === "object" && known !== null
      ? known
      : typeof path[i + 1] === "number"
      ? []
      : {};
    if (below !== known) define(at, step, below);
    at = below;
  }
}
