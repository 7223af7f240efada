/** Describes the fields of schemas in words. */
import { isObject, type Json, jsonText, type KubeObject } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";

/** Returns the schema of a whole object of the CRD's kind, in the first version of the CRD. */
export function crdSchema(crd: KubeObject): Schema {
  const versions = isObject(crd.spec) && Array.isArray(crd.spec.versions) ? crd.spec.versions : [];
  const [version] = versions.filter(isObject);
  const schema = isObject(version?.schema) ? version.schema.openAPIV3Schema : undefined;
  return (schema ?? {}) as unknown as Schema;
}

/**
 * Returns the type of a field in the notation of SimpleSchema, such as `[]string` or `map[string]integer`.
 */
export function typeText(schema: Schema): string {
  if (schema["x-kubernetes-int-or-string"]) return "integer or string";
  if (schema.type === "array") return `[]${typeText(schema.items ?? {})}`;
  if (schema.type !== "object") return schema.type ?? "any";
  const { additionalProperties: values } = schema;
  if (typeof values === "object") return `map[string]${typeText(values)}`;
  return "object";
}

/** Returns the limits of a field's value as phrases, such as `at least 1`. */
export function limitTexts(schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema;
  const limits: [unknown, string][] = [
    [schema.enum, `one of ${schema.enum?.map(valueText).join(", ")}`],
    [minimum, `at least ${minimum}`],
    [maximum, `at most ${maximum}`],
    [minLength, `at least ${count(minLength, "character")}`],
    [maxLength, `at most ${count(maxLength, "character")}`],
    [minItems, `at least ${count(minItems, "item")}`],
    [maxItems, `at most ${count(maxItems, "item")}`],
    [pattern, `matches ${pattern}`],
  ];
  const rules = schema["x-kubernetes-validations"] ?? [];
  return [
    ...limits.filter(([limit]) => limit !== undefined).map(([, text]) => text),
    ...rules.map(({ message, rule }) => message ?? rule),
  ];
}

/** Returns the value as JSON on one line. */
export function valueText(value: Json): string {
  return jsonText(value);
}

function count(n: number | bigint | undefined, noun: string): string {
  return `${n} ${noun}${n === 1 || n === 1n ? "" : "s"}`;
}
