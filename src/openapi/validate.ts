/** Checks a value against a structural schema, as the API server checks custom resources. */
import { isObject, type Json, jsonEqual, jsonText, ownValue, pathText } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/**
 * Returns one message for each violation of the schema, with the path of the field; an empty list when the
 * value is valid. Two kinds of rules are not checked: the CEL rules of `x-kubernetes-validations`, and the
 * regular expressions of `pattern`.
 *
 * @param path The path of the value, with which each message starts.
 * @param isSecret Returns whether the messages must not quote the value at a path; always false by default.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { violations } from "./mod.ts";
 *
 * const schema = { type: "object", properties: { size: { type: "integer", maximum: 3 } } };
 * assert.deepEqual(violations(schema, { size: 5 }), ["size: 5 is more than the maximum 3"]);
 * ```
 */
export function violations(
  schema: Schema,
  value: Json,
  path: readonly (string | number)[] = [],
  isSecret: (path: readonly (string | number)[]) => boolean = () => false,
): string[] {
  const found: string[] = [];
  check(schema, value, [...path], { found, isSecret });
  return found;
}

/** The messages of a check so far, and the function that tells which values they must not quote. */
interface Findings {
  readonly found: string[];
  readonly isSecret: (path: readonly (string | number)[]) => boolean;
}

function check(
  schema: Schema,
  value: Json,
  path: (string | number)[],
  findings: Findings,
): void {
  const { found, isSecret } = findings;
  const shown = (value: Json) => isSecret(path) ? "the value" : quoted(value);
  const report = (text: string) => found.push(`${pathText(path) || "the object"}: ${text}`);
  if (value === null) {
    if (!schema.nullable) report("null is not allowed");
    return;
  }
  if (!hasType(schema, value)) {
    report(
      `${shown(value)} is not of type ${
        schema["x-kubernetes-int-or-string"] ? "integer or string" : schema.type
      }`,
    );
    return;
  }
  if (schema.enum && !schema.enum.some((each) => jsonEqual(each, value))) {
    report(`${shown(value)} is not one of ${schema.enum.map((each) => jsonText(each)).join(", ")}`);
  }
  if (typeof value === "number" || typeof value === "bigint") {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && value < minimum) {
      report(`${shown(value)} is less than the minimum ${minimum}`);
    }
    if (maximum !== undefined && value > maximum) {
      report(`${shown(value)} is more than the maximum ${maximum}`);
    }
  }
  if (typeof value === "string") {
    bounded("characters", [...value].length, schema.minLength, schema.maxLength, report);
  }
  if (Array.isArray(value)) {
    bounded("elements", value.length, schema.minItems, schema.maxItems, report);
    const { items } = schema;
    if (items) value.forEach((item, i) => check(items, item, [...path, i], findings));
    return;
  }
  if (!isObject(value)) return;
  for (const name of schema.required ?? []) {
    if (ownValue(value, name) === undefined) report(`the required field ${name} is missing`);
  }
  const { properties = {}, additionalProperties } = schema;
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const below = (ownValue(properties, key) as Schema | undefined) ??
      (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (below) check(below, field, [...path, key], findings);
  }
}

function bounded(
  unit: string,
  size: number,
  min: number | bigint | undefined,
  max: number | bigint | undefined,
  report: (text: string) => void,
): void {
  if (min !== undefined && size < min) report(`it has ${size} ${unit}, fewer than ${min}`);
  if (max !== undefined && size > max) report(`it has ${size} ${unit}, more than ${max}`);
}

function hasType(schema: Schema, value: Json): boolean {
  const isInteger = typeof value === "bigint" || Number.isInteger(value);
  if (schema["x-kubernetes-int-or-string"]) return typeof value === "string" || isInteger;
  switch (schema.type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return isInteger;
    case "number":
      return typeof value === "number" || typeof value === "bigint";
    default:
      return true;
  }
}

/** The largest length of a value in a message, in characters. */
const MAX_SHOWN = 60;

function quoted(value: Json): string {
  const text = jsonText(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
