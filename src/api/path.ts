/** Writes paths into objects as text: `spec.ports[0].port`, `data["a.b"]`, `containers[name="main"].image`. */
import { jsonText } from "./json.ts";
import type { JsonObject } from "./object.ts";

/** One step of a path: a field name, a list index, or the keys of an element of a keyed list. */
export type PathStep = string | number | JsonObject;

/**
 * The text of a path for messages.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pathText } from "./mod.ts";
 *
 * assert.equal(pathText(["spec", "ports", 0, "port"]), "spec.ports[0].port");
 * assert.equal(pathText(["data", "a.b"]), 'data["a.b"]');
 * ```
 *
 * @param isQuoted Whether a field name is written as `["name"]`; by default empty names and names with a
 * dot or a bracket are.
 */
export function pathText(
  path: readonly PathStep[],
  isQuoted: (name: string) => boolean = isAmbiguous,
): string {
  return path.map((step, index) => {
    if (typeof step === "number") return `[${step}]`;
    if (typeof step !== "string") return `[${keysText(step)}]`;
    if (isQuoted(step)) return `[${JSON.stringify(step)}]`;
    return index === 0 ? step : `.${step}`;
  }).join("");
}

function isAmbiguous(name: string): boolean {
  return name === "" || /[.[\]]/.test(name);
}

function keysText(keys: JsonObject): string {
  return Object.entries(keys).map(([key, value]) => `${key}=${jsonText(value)}`).join(",");
}
