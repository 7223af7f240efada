/**
 * Reads and writes JSON by paths that users write. Every step uses own properties only: the names `__proto__` and
 * `constructor` are keys as any other, and never reach a prototype.
 */

type Container = Record<string | number, unknown>;

/** Sets an own property as an assignment does, also `__proto__` and names that a frozen prototype has. */
export function define(object: object, key: string | number, value: unknown): void {
  const isPlain = Object.hasOwn(object, key) || !(key in object);
  if (isPlain) (object as Container)[key] = value;
  else Object.defineProperty(object, key, { ...PLAIN, value });
}

/** The attributes of a property created by an assignment. */
const PLAIN = { enumerable: true, writable: true, configurable: true };

/** The own property of an object or the element of a list; undefined for other values. */
export function ownValue(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) && typeof step !== "number") return undefined;
  return Object.hasOwn(value, step) ? (value as Container)[step] : undefined;
}

/**
 * The value at a path; undefined when a step is missing.
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
 * Sets the value at a path. Creates missing objects and lists on the way; missing list elements before the path's
 * become null.
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
