/**
 * Formats paths of fields in an object: `spec.ports[0].port`, `data["a.b"]`,
 * `containers[name="main"].image`.
 */
import { jsonText } from "./json.ts";
import type { JsonObject } from "./object.ts";

/**
 * One step of a path: the name of a field, the index of a list element, or the key fields that identify an
 * element of a list of type `map`.
 */
export type PathStep = string | number | JsonObject;

/**
 * Formats a path for messages.
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
 * @param isQuoted Decides whether a field name is written as `["name"]`. By default, only empty names and
 * names with a dot or a bracket are written in this way.
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
