/** Parses and formats paths of fields, such as `deployment.spec.ports[0].port`. */
import { pathText } from "../../api/mod.ts";
import type { FieldPath } from "../../graph/mod.ts";

/**
 * A path in which the step `*` stands for every element of a list and every value of a map.
 */
export type ReadPath = readonly (string | number)[];

/** One step of a path: `.name`, `name` at the start, `[0]`, `["name"]` or `['name']`. */
const STEP = /\.?([^.[\]"']+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y;

/**
 * Parses a path as users type it. Returns undefined when the path is malformed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parsePath } from "../mod.ts";
 *
 * assert.deepEqual(parsePath('app.data["a.b"][0]'), ["app", "data", "a.b", 0]);
 * assert.equal(parsePath("app..data"), undefined);
 * ```
 */
export function parsePath(text: string): FieldPath | undefined {
  const path: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const start = STEP.lastIndex;
    const match = STEP.exec(text);
    if (!match) return undefined;
    const [step, name, index, double, single] = match;
    if (name !== undefined && step.startsWith(".") !== start > 0) return undefined;
    path.push(name ?? (index === undefined ? unquoted(double) ?? single! : Number(index)));
  }
  return path.length > 0 ? path : undefined;
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/g, "$1");
}

/** Formats a path. The step `*` is written as `[*]`. */
export function readPathText(path: ReadPath): string {
  return pathText(path).replaceAll(/\.\*(?=$|[.[])/g, "[*]");
}

/**
 * Returns the values at a path. Without the step `*`, the result has one element, or none when the value does
 * not exist.
 */
export function valuesAt(root: unknown, path: ReadPath): unknown[] {
  let values = [root];
  for (const step of path) {
    values = values.flatMap((value) => {
      if (typeof value !== "object" || value === null) return [];
      if (step === "*") return Object.values(value);
      const isIndex = typeof step === "number";
      if (Array.isArray(value) !== isIndex || !Object.hasOwn(value, step)) return [];
      return [(value as Record<string | number, unknown>)[step]];
    });
  }
  return values.filter((value) => value !== undefined);
}
