/** Converts JSON to a text that is equal for equal values. */
import { checkDepth } from "./depth.ts";
import type { Json } from "./object.ts";

/**
 * Returns JSON with sorted keys. Members with the value undefined are omitted, as JSON.stringify does. Throws
 * TooDeepError when the value is nested too deeply.
 */
export function canonical(value: Json | undefined, level = 0): string {
  if (typeof value !== "object" || value === null) return scalarText(value);
  checkDepth(level);
  if (Array.isArray(value)) {
    let text = "[";
    for (let index = 0; index < value.length; index++) {
      text += (index > 0 ? "," : "") + canonical(value[index], level + 1);
    }
    return `${text}]`;
  }
  let text = "{";
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field === undefined) continue;
    text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${canonical(field, level + 1)}`;
  }
  return `${text}}`;
}

function scalarText(value: Exclude<Json, object> | undefined): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && !Number.isFinite(value)) return "null";
  // The number -0 becomes `0`, as with JSON.stringify.
  return String(value ?? null);
}
