/** The type of a field, as text: `[]map[string]Port` -> a tree. */
import type { Report } from "./fault.ts";

/** A type as written. */
export type TypeExpr =
  | { kind: "atomic"; type: string }
  | { kind: "object" }
  | { kind: "list"; of: TypeExpr }
  | { kind: "map"; of: TypeExpr }
  | { kind: "custom"; name: string };

/** SimpleSchema's atomic types and what OpenAPI calls them. */
const ATOMIC: ReadonlyMap<string, string> = new Map([
  ["string", "string"],
  ["integer", "integer"],
  ["float", "number"],
  ["boolean", "boolean"],
]);

/** Names that cannot be declared, because they always mean a built-in type. */
export const BUILT_IN: readonly string[] = [...ATOMIC.keys(), "object"];

/** What other languages call our types. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["int32", "integer"],
  ["int64", "integer"],
  ["bool", "boolean"],
  ["number", "float"],
  ["double", "float"],
  ["any", "object"],
  ["array", "[]TYPE"],
  ["list", "[]TYPE"],
  ["map", "map[string]TYPE"],
]);

const MAX_WRAPPERS = 16;

/** Reads a type; undefined when it was reported as wrong. Any other text names a custom type. */
export function parseType(text: string, report: Report): TypeExpr | undefined {
  if (text.trim() === "") {
    report({ message: "empty type" });
    return undefined;
  }
  return parse(text, 0, report);
}

/** The built-in type that the author of an unknown name probably means. */
export function foreignName(name: string): string | undefined {
  return FOREIGN.get(name.toLowerCase());
}

function parse(untrimmed: string, depth: number, report: Report): TypeExpr | undefined {
  if (depth > MAX_WRAPPERS) {
    report({
      message:
        `nesting too deep: at most ${MAX_WRAPPERS} of [] and map, and "${untrimmed}" is left`,
    });
    return undefined;
  }
  const text = untrimmed.trim();
  const atomic = ATOMIC.get(text);
  if (atomic !== undefined) return { kind: "atomic", type: atomic };
  if (text === "object") return { kind: "object" };
  if (text.startsWith("[]")) {
    return wrapped(
      "list",
      text.slice(2),
      "empty slice element: name a type after []",
      depth,
      report,
    );
  }
  if (text.startsWith("map[string]")) {
    return wrapped(
      "map",
      text.slice(11),
      "map value required: name a type after map[string]",
      depth,
      report,
    );
  }
  if (text.startsWith("map[")) {
    report({ message: `map key must be string: "${text}"`, hint: "write map[string]TYPE" });
    return undefined;
  }
  return { kind: "custom", name: text };
}

function wrapped(
  kind: "list" | "map",
  element: string,
  missing: string,
  depth: number,
  report: Report,
): TypeExpr | undefined {
  if (element.trim() === "") {
    report({ message: missing });
    return undefined;
  }
  const of = parse(element, depth + 1, report);
  return of && { kind, of };
}
