/** Derives the schema of status fields from the types of their expressions. */
import { define, jsonEqual } from "../api/mod.ts";
import { type CelType, typeOf, typeText } from "../cel/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import type { FieldPath } from "./types.ts";

const ANY: Schema = { "x-kubernetes-preserve-unknown-fields": true };

/** The CEL types for which upstream kro generates a schema with `type: object`. */
const OBJECTS = ["kubernetes.Quantity", "kubernetes.Semver", "kubernetes.URL"];

/** Returns the schema of a field that can store every value of the type without loss. */
export function schemaOfType(type: CelType): Schema {
  switch (type.kind) {
    case "bool":
      return { type: "boolean" };
    case "int":
    case "uint":
      return { type: "integer" };
    case "double":
      return { type: "number" };
    case "string":
      return { type: "string" };
    case "bytes":
      return { type: "string", format: "byte" };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "list":
      return { type: "array", items: schemaOfType(type.element) };
    case "map":
      return { type: "object", additionalProperties: schemaOfType(type.value) };
    case "struct":
      return schemaOfStruct(type.schema);
    case "dyn":
    case "null":
      return ANY;
    case "opaque":
      if (OBJECTS.includes(type.name)) return { type: "object", additionalProperties: true };
      break;
  }
  return { ...ANY, description: `any value: the expression yields ${typeText(type)}` };
}

/**
 * Returns the schema of an object that is copied to the status. The fields have their names in JSON instead
 * of the escaped names in CEL. Undeclared fields are preserved if the given schema preserves them or declares
 * no fields. Defaults, bounds and formats are left out, because the API server has already validated the
 * object that is copied.
 */
function schemaOfStruct(schema: Schema): Schema {
  const fields = Object.entries(schema.properties ?? {});
  const properties = Object.fromEntries(
    fields.map(([name, field]) => [name, schemaOfField(field)]),
  );
  const open = fields.length === 0 || schema["x-kubernetes-preserve-unknown-fields"] ||
    schema.additionalProperties === true;
  return {
    type: "object",
    ...(fields.length > 0 ? { properties } : {}),
    ...(open ? ANY : {}),
  };
}

function schemaOfField(field: Schema): Schema {
  const type = typeOf(field);
  switch (type.kind) {
    case "timestamp":
    case "duration":
      return ANY;
    case "list":
      return { type: "array", items: field.items ? schemaOfField(field.items) : ANY };
    case "map": {
      const values = field.additionalProperties;
      const known = typeof values === "object" ? schemaOfField(values) : ANY;
      return { type: "object", additionalProperties: known };
    }
    default:
      return schemaOfType(type);
  }
}

/**
 * Returns the schema of an object that has the given fields. All elements of a list share one schema.
 *
 * The time is linear in the number of fields: each field is inserted into the schema of all fields before it.
 */
export function joinSchemas(fields: readonly { path: FieldPath; schema: Schema }[]): Schema {
  const root: Schema = { type: "object", properties: {} };
  const own = new WeakSet<Schema>([root]);
  for (const { path, schema } of fields) insert(root, path, schema, own);
  return root;
}

/**
 * Inserts the schema of a field into a schema, and returns the resulting schema.
 *
 * @param path The path of the field below `schema`.
 * @param own The schemas that may be changed. All other schemas are shared with the types of expressions.
 */
function insert(
  schema: Schema | undefined,
  [part, ...rest]: FieldPath,
  leaf: Schema,
  own: WeakSet<Schema>,
): Schema {
  if (part === undefined) return schema ? merge(schema, leaf) : leaf;
  const isElement = typeof part === "number";
  const into = schema ?? (isElement ? { type: "array" } : { type: "object", properties: {} });
  if (!schema) own.add(into);
  if (!own.has(into) || into.type !== (isElement ? "array" : "object")) {
    return merge(into, nest([part, ...rest], leaf));
  }
  if (isElement) into.items = insert(into.items, rest, leaf, own);
  else define(into.properties!, part, insert(ownSchema(into, part), rest, leaf, own));
  return into;
}

function ownSchema({ properties = {} }: Schema, name: string): Schema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function nest(path: FieldPath, leaf: Schema): Schema {
  return path.reduceRight<Schema>(
    (schema, part) =>
      typeof part === "number"
        ? { type: "array", items: schema }
        : { type: "object", properties: { [part]: schema } },
    leaf,
  );
}

/**
 * Merges two schemas of the same field. The fields of two objects and the elements of two lists are merged
 * recursively. For any other two schemas that differ, returns a schema that accepts any value.
 */
function merge(a: Schema, b: Schema): Schema {
  if (jsonEqual(a, b)) return a;
  if (a.type === "array" && b.type === "array" && a.items && b.items) {
    return { ...a, items: merge(a.items, b.items) };
  }
  if (a.type !== "object" || b.type !== "object" || !a.properties || !b.properties) return ANY;
  const properties = new Map(Object.entries(a.properties));
  for (const [name, schema] of Object.entries(b.properties)) {
    const known = properties.get(name);
    properties.set(name, known ? merge(known, schema) : schema);
  }
  return { ...a, ...b, properties: Object.fromEntries(properties) };
}
