/** Paths into an object as text: `spec.ports[0].port`, `data["a.b"]`, `containers[name="main"].image`. */
import { jsonText } from "./json.ts";
import type { JsonObject } from "./object.ts";

/** One step of a path: a field name, a list index, or the keys of an element of a keyed list. */
export type PathStep = string | number | JsonObject;

/**
 * The path in the notation of messages. Field names for which `isQuoted` is true appear as
 * `["name"]`; by default these are empty names and names with a dot or a bracket.
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
