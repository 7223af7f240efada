/** Places in an object as text: `spec.ports[0].port`, `data["a.b"]`. */
import type { FieldPath } from "./types.ts";

/** Writes a path the way messages show it; names with dots or brackets, and empty ones, are quoted. */
export function pathText(path: FieldPath): string {
  return path.map((part, i) => {
    if (typeof part === "number") return `[${part}]`;
    if (part === "" || /[.[\]]/.test(part)) return `[${JSON.stringify(part)}]`;
    return i === 0 ? part : `.${part}`;
  }).join("");
}
