/** Writes a commented sample instance of a graph. */
import { apiVersionOf, type Json } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { crdSchema, limitTexts, typeText, valueText } from "./fields.ts";
import { yamlString } from "./rules.ts";

/**
 * Returns a sample instance as YAML. A comment above each field contains its description, its type and its
 * limits. Fields with a default have their default, and required fields have a placeholder. All other fields
 * are commented out.
 */
export function sampleYaml(graph: Graph): string {
  const { group, version, kind, namespaced } = graph.instance;
  const { spec = {} } = crdSchema(graph.crd).properties ?? {};
  const head = [
    `apiVersion: ${apiVersionOf({ group, version })}`,
    `kind: ${kind}`,
    "metadata:",
    `  name: ${kind.toLowerCase()}`,
    ...namespaced ? ["  namespace: default"] : [],
  ];
  const body = spec.properties ? withKey("spec:", objectLines(spec)) : [];
  return [...head, ...body].join("\n") + "\n";
}

/**
 * Returns the lines of an object's fields.
 *
 * @param isWhole Whether all optional fields are written like required fields. The value is true inside of a
 * field that is commented out as a whole, so that a user who uncomments this field gets all of its fields.
 */
function fieldLines({ properties = {}, required = [] }: Schema, isWhole: boolean): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const isRequired = required.includes(name);
    const isSet = isWhole || isRequired || schema.default !== undefined;
    const lines = [
      ...comment(schema, isRequired),
      ...withKey(`${yamlString(name)}:`, valueLines(schema, isWhole || !isSet)),
    ];
    return isSet ? lines : lines.map((line) => line.startsWith("#") ? line : `# ${line}`);
  });
}

function comment(schema: Schema, isRequired: boolean): string[] {
  const description = schema.description?.split("\n") ?? [];
  const facts = [typeText(schema), ...isRequired ? ["required"] : [], ...limitTexts(schema)];
  return [...description, facts.join("; ")].map((line) => `# ${line}`.trimEnd());
}

/**
 * Returns the lines of a sample value. The first line goes after `key:`, and is empty if the value starts on
 * the next line.
 */
function valueLines(schema: Schema, isWhole: boolean): string[] {
  const { default: standard, properties } = schema;
  const isEmpty = standard !== undefined && valueText(standard) === "{}";
  if (standard !== undefined && !(properties && isEmpty)) return [scalar(standard)];
  if (schema.enum?.length) return [scalar(schema.enum[0]!)];
  if (properties) return objectLines(schema, isWhole);
  if (schema.type === "array") {
    return ["", ...withKey("  -", valueLines(schema.items ?? {}, isWhole), "  ")];
  }
  if (schema.type !== "object") return [scalar(PLACEHOLDERS[schema.type ?? ""] ?? "")];
  const { additionalProperties: values } = schema;
  if (typeof values !== "object") return ["{}"];
  return ["", ...withKey("  KEY:", valueLines(values, isWhole), "  ")];
}

function objectLines(schema: Schema, isWhole = false): string[] {
  const lines = fieldLines(schema, isWhole);
  // An object whose fields are all commented out needs an explicit value, because YAML reads a missing value
  // as null.
  const isEmpty = lines.every((line) => line.startsWith("#"));
  return [isEmpty ? "{}" : "", ...lines.map((line) => `  ${line}`)];
}

const PLACEHOLDERS: Record<string, Json> = { integer: 0, number: 0, boolean: false };

function withKey(key: string, [first = "", ...rest]: string[], by = ""): string[] {
  return [`${key} ${first}`.trimEnd(), ...rest.map((line) => by + line)];
}

function scalar(value: Json): string {
  return typeof value === "string" ? yamlString(value) : valueText(value);
}
