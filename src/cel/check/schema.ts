/** CEL types from OpenAPI schemas, after apiserver's `SchemaDeclType`. */
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

/** Fields that every embedded Kubernetes object has, declared or not. */
const EMBEDDED: Readonly<Record<string, Schema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: {
    type: "object",
    properties: { name: { type: "string" }, generateName: { type: "string" } },
  },
};

/**
 * The type of a Kubernetes object that expressions see as a variable.
 *
 * @param name The variable. The type is named `__type_<name>`, as upstream's.
 */
export function objectType(name: string, schema: Schema): CelType {
  return declaredType(schema, `__type_${name}`) ?? DYN;
}

/**
 * The type of a value of this schema; dyn when the schema is unknown or gives no type.
 *
 * @param name The name of the type if it is an object; messages show it.
 */
export function typeOf(schema: Schema | undefined, name = "object"): CelType {
  return (schema && declaredType(schema, name)) ?? DYN;
}

/** The type that a schema declares; undefined when it declares none, so that the field cannot be read. */
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

/** The schemas of an object's declared fields, by their JSON names. */
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

/** Whether undeclared fields may be read. */
export function keepsUnknown(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

/** The type of a field under its CEL identifier; undefined when there is no such field. */
export function fieldType(struct: Struct, field: string): CelType | undefined {
  const key = unescapeName(field);
  const fields = declaredFields(struct.schema);
  const schema = key !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
  // A name that must be escaped is reachable only by its escaped form.
  const reachable = key !== undefined && (key !== field || escapeName(key) === key ||
    escapeName(key) === `__${key}__`);
  if (schema && reachable) return declaredType(schema, `${struct.name}.${escapeName(key) ?? key}`);
  return keepsUnknown(struct.schema) ? DYN : undefined;
}

/** The readable fields by their CEL identifiers, with their types. */
export function* fieldsOf(struct: Struct): Generator<[string, CelType]> {
  for (const [key, schema] of Object.entries(declaredFields(struct.schema))) {
    const name = escapeName(key);
    const type = name === undefined ? undefined : declaredType(schema, `${struct.name}.${name}`);
    if (name !== undefined && type !== undefined) yield [name, type];
  }
}
