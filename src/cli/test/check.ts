/** Checks the content of a test file against the JSON schema of test files. */
import { didYouMean, isObject } from "../../api/mod.ts";
import type { FileSchema } from "./file_schema.ts";

/** A place where a test file violates its schema. */
export interface Violation {
  /** The keys and indexes that lead from the document to the value. */
  readonly steps: readonly (string | number)[];
  /** The expected value, and the value that was found. */
  readonly message: string;
}

/** Returns all violations of the schema; an empty list when the value is valid. */
export function violationsOf(
  schema: FileSchema,
  value: unknown,
  steps: readonly (string | number)[] = [],
): Violation[] {
  if (schema.anyOf) return ofAlternatives(schema.anyOf, value, steps);
  const found = typeOf(value);
  if (schema.type !== undefined && schema.type !== found) {
    return [{ steps, message: `expected ${WITH_ARTICLE[schema.type]}, found ${article(found)}` }];
  }
  if (isObject(value)) return ofObject(schema, value, steps);
  if (Array.isArray(value)) return ofList(schema, value, steps);
  return ofString(schema, value, steps);
}

/** Checks a value against the schema in `anyOf` that has the type of the value. */
function ofAlternatives(
  alternatives: readonly FileSchema[],
  value: unknown,
  steps: Violation["steps"],
): Violation[] {
  const fitting = alternatives.find(({ type }) => type === typeOf(value));
  if (fitting) return violationsOf(fitting, value, steps);
  const types = alternatives.map(({ type }) => WITH_ARTICLE[type!]).join(" or ");
  return [{ steps, message: `expected ${types}, found ${article(typeOf(value))}` }];
}

function ofObject(
  schema: FileSchema,
  value: Readonly<Record<string, unknown>>,
  steps: Violation["steps"],
): Violation[] {
  const { properties = {}, required = [], additionalProperties, minProperties = 0 } = schema;
  const violations: Violation[] = [];
  for (const [key, part] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (own === false) {
      const known = Object.keys(properties);
      const hint = didYouMean(key, known) ?? `known keys: ${known.join(", ")}`;
      violations.push({ steps: [...steps, key], message: `unknown key "${key}"; ${hint}` });
    } else if (own) violations.push(...violationsOf(own, part, [...steps, key]));
  }
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  violations.push(...missing.map((key) => ({ steps, message: `the key "${key}" is missing` })));
  if (Object.keys(value).length < minProperties) {
    const known = Object.keys(properties).join(", ");
    violations.push({ steps, message: `the object is empty; known keys: ${known}` });
  }
  return violations;
}

function ofList(schema: FileSchema, value: readonly unknown[], steps: Violation["steps"]) {
  const { items, minItems = 0 } = schema;
  if (value.length < minItems) return [{ steps, message: "the list is empty" }];
  return items ? value.flatMap((item, i) => violationsOf(items, item, [...steps, i])) : [];
}

function ofString(schema: FileSchema, value: unknown, steps: Violation["steps"]): Violation[] {
  if (typeof value !== "string") return [];
  if (schema.enum && !schema.enum.includes(value)) {
    const hint = didYouMean(value, schema.enum);
    const message = `"${value}" is not one of ${schema.enum.join(", ")}`;
    return [{ steps, message: hint ? `${message}; ${hint}` : message }];
  }
  return value.length < (schema.minLength ?? 0) ? [{ steps, message: "the string is empty" }] : [];
}

const WITH_ARTICLE = {
  object: "an object",
  array: "a list",
  string: "a string",
  boolean: "a boolean",
} as const;

function article(type: string): string {
  return (WITH_ARTICLE as Record<string, string>)[type] ?? (type === "null" ? "null" : `a ${type}`);
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "bigint" ? "number" : typeof value;
}
