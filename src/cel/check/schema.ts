/** Derives CEL types from OpenAPI schemas, as `SchemaDeclType` in the Kubernetes API server does. */
import type { Schema } from "../../openapi/mod.ts";
import type { CelType } from "../types.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
} from "./types.ts";
import { escapeName, unescapeName } from "./names.ts";

const STRING_FORMATS: ReadonlyMap<string, CelType> = new Map([
  ["byte", BYTES],
  ["duration", DURATION],
  ["date", TIMESTAMP],
  ["date-time", TIMESTAMP],
]);

/** The fields that every embedded Kubernetes object has, even if the schema does not declare them. */
const EMBEDDED: Readonly<Record<string, Schema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: {
    type: "object",
    properties: { name: { type: "string" }, generateName: { type: "string" } },
  },
};

/**
 * Returns the type of a Kubernetes object that expressions can read as a variable.
 *
 * @param name The name of the variable. The type is named `__type_<name>`, as in upstream kro.
 */
export function objectType(name: string, schema: Schema): CelType {
  return declaredType(schema, `__type_${name}`) ?? DYN;
}

/**
 * Returns the type of a value with this schema; dyn when the schema is unknown or has no type.
 *
 * @param name The name that messages show for the type, if the type is an object.
 */
export function typeOf(schema: Schema | undefined, name = "object"): CelType {
  return (schema && declaredType(schema, name)) ?? DYN;
}

/**
 * Returns the type that a schema declares. Returns undefined when the schema declares no type; expressions
 * then cannot read the field.
 */
export function declaredType(schema: Schema, name: string): CelType | undefined {
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string") return DYN;
  switch (schema.type) {
    case "boolean":
      return BOOL;
    case "integer":
      return INT;
    case "number":
      return DOUBLE;
    case "string":
      return STRING_FORMATS.get(schema.format ?? "") ?? STRING;
    case "array": {
      const element = schema.items && declaredType(schema.items, `${name}.@idx`);
      return element && listOf(element);
    }
    case "object":
      return objectOrMap(schema, name);
    default:
      return undefined;
  }
}

function objectOrMap(schema: Schema, name: string): CelType {
  const values = schema.additionalProperties;
  if (typeof values === "object") {
    return mapOf(STRING, declaredType(values, `${name}.@elem`) ?? DYN);
  }
  return { kind: "struct", name, schema };
}

type Struct = Extract<CelType, { kind: "struct" }>;

/**
 * Returns the schemas of the fields that an object's schema declares. For an embedded Kubernetes object,
 * apiVersion, kind and metadata are added. The keys are the JSON names of the fields.
 */
export function declaredFields(schema: Schema): Readonly<Record<string, Schema>> {
  if (!schema["x-kubernetes-embedded-resource"]) return schema.properties ?? {};
  const declared = schema.properties ?? {};
  const metadata = declared.metadata;
  return {
    ...EMBEDDED,
    ...declared,
    metadata: {
      ...metadata,
      type: "object",
      properties: { ...EMBEDDED.metadata?.properties, ...metadata?.properties },
    },
  };
}

/**
 * Reports whether objects of this schema keep fields that the schema does not declare. Expressions may read
 * these fields too.
 */
export function keepsUnknown(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

/**
 * Returns the type of a field; undefined when the struct does not have the field.
 *
 * @param field The CEL identifier of the field, which is the escaped form of the field's name.
 */
export function fieldType(struct: Struct, field: string): CelType | undefined {
  const key = unescapeName(field);
  const fields = declaredFields(struct.schema);
  const schema = key !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
  // A field such as `a-b`, whose name needs escapes, can be read only as `a__dash__b`, even though the syntax
  // allows other names in back-ticks. A reserved word such as `namespace` can also be read as it is.
  const reachable = key !== undefined && (key !== field || escapeName(key) === key ||
    escapeName(key) === `__${key}__`);
  if (schema && reachable) return declaredType(schema, `${struct.name}.${escapeName(key) ?? key}`);
  return keepsUnknown(struct.schema) ? DYN : undefined;
}

/** Yields the fields that expressions can read: the CEL identifier and the type of each field. */
export function* fieldsOf(struct: Struct): Generator<[string, CelType]> {
  for (const [key, schema] of Object.entries(declaredFields(struct.schema))) {
    const name = escapeName(key);
    const type = name === undefined ? undefined : declaredType(schema, `${struct.name}.${name}`);
    if (name !== undefined && type !== undefined) yield [name, type];
  }
}
