/** Parses the type in a field's definition, such as `[]map[string]Port`. */
import type { Report } from "./fault.ts";

/** The parsed type of a field. `of` is the type of the elements of a list or of the values of a map. */
export type TypeExpr =
  | { kind: "atomic"; type: string }
  | { kind: "object" }
  | { kind: "list"; of: TypeExpr }
  | { kind: "map"; of: TypeExpr }
  | { kind: "custom"; name: string };

/** The atomic types of SimpleSchema, with the names of the same types in OpenAPI. */
const ATOMIC: ReadonlyMap<string, string> = new Map([
  ["string", "string"],
  ["integer", "integer"],
  ["float", "number"],
  ["boolean", "boolean"],
]);

/** The names of the built-in types. Custom types cannot use these names. */
export const BUILT_IN: readonly string[] = [...ATOMIC.keys(), "object"];

/**
 * Type names of other languages. The values are the SimpleSchema types of the same meaning, which error
 * messages suggest.
 */
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

/** The maximum number of nested `[]` and `map` in a type. */
const MAX_WRAPPERS = 16;

/**
 * Parses a type. A name that is not built in is taken as the name of a custom type. If the type is
 * malformed, reports the fault and returns undefined.
 */
export function parseType(text: string, report: Report): TypeExpr | undefined {
  if (text.trim() === "") {
    report({ message: "empty type" });
    return undefined;
  }
  return parse(text, 0, report);
}

/**
 * Returns the SimpleSchema type for a type name of another language, such as `integer` for `int`. Returns
 * undefined for other names.
 */
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
