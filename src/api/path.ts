/**
 * Formats paths of fields in an object: `spec.ports[0].port`, `data["a.b"]`,
 * `containers[name="main"].image`.
 */
import { jsonText } from "./json.ts";
import { shortened } from "./shorten.ts";
import type { JsonObject } from "./object.ts";

/**
 * One step of a path: the name of a field, the index of a list element, or the key fields that identify an
 * element of a list of type `map`.
 */
export type PathStep = string | number | JsonObject;

/**
 * Formats a path for messages. A long path, or a long name in the path, is shortened.
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
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") text += `[${step}]`;
    else if (typeof step !== "string") text += `[${shortened(keysText(step), MAX_STEP)}]`;
    else {
      const name = shortened(step, MAX_STEP);
      text += isQuoted(name) ? `[${JSON.stringify(name)}]` : index === 0 ? name : `.${name}`;
    }
    if (text.length > MAX_PATH) return shortened(text, MAX_PATH);
  }
  return text;
}

/**
 * The maximum length of one step of a path, and of a whole path, in UTF-16 code units. The path of a field
 * contains the names of all enclosing fields, so without this limit a single name of 1 MB could make the
 * paths take gigabytes of memory. A valid label key has at most 317 characters.
 */
const MAX_STEP = 512;
const MAX_PATH = 4096;

function isAmbiguous(name: string): boolean {
  return name === "" || /[.[\]]/.test(name);
}

function keysText(keys: JsonObject): string {
  return Object.entries(keys).map(([key, value]) => `${key}=${jsonText(value)}`).join(",");
}
