/** Builds and traverses sets of owned fields in the format of `fieldsV1` (KEP-555). */
import {
  define,
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  jsonText,
  ownValue,
  parseJson,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";

/** The path of one owned field: the keys in `fieldsV1` from the root to the field. */
export type Leaf = readonly string[];

/**
 * The metadata fields that no field manager owns. The API server sets these fields, or the fields identify
 * the object.
 */
const UNOWNED = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "managedFields",
]);

/**
 * Returns the set of fields that an object contains, in the format of `fieldsV1`. Fields that identify the
 * object are left out. The status is included only when `status` is true.
 */
export function fieldsOf(
  object: JsonObject,
  schema: Schema | undefined,
  status = false,
): JsonObject {
  const { apiVersion: _a, kind: _k, metadata, ...rest } = object;
  if (!status) delete rest.status;
  const owned = Object.fromEntries(
    Object.entries(isObject(metadata) ? metadata : {}).filter(([k]) => !UNOWNED.has(k)),
  );
  const tree = treeOf(rest, schema);
  const meta = treeOf(owned, METADATA);
  if (Object.keys(meta).length > 0) tree["f:metadata"] = meta;
  return tree;
}

/** Returns the paths of all owned fields in a field set. */
export function leavesOf(tree: JsonObject, prefix: Leaf = []): Leaf[] {
  return Object.entries(tree).flatMap(([key, child]) => {
    const leaf = [...prefix, key];
    return isObject(child) && Object.keys(child).length > 0 ? leavesOf(child, leaf) : [leaf];
  });
}

/** Builds a field set in the format of `fieldsV1` from the paths of its fields. */
export function treeOfLeaves(leaves: readonly Leaf[]): JsonObject {
  const tree: JsonObject = {};
  for (const leaf of leaves) {
    let at = tree;
    for (const key of leaf) {
      if (!Object.hasOwn(at, key)) define(at, key, {});
      at = at[key] as JsonObject;
    }
  }
  return tree;
}

/** Returns the path of an owned field as one string, for use as a key of maps and sets. */
export function leafKey(leaf: Leaf): string {
  return leaf.join("\n");
}

/** Returns the path of an owned field as messages show it, such as `.spec.containers[name="a"].image`. */
export function leafText(leaf: Leaf): string {
  return leaf.filter((k) => k !== ".").map((key) => {
    if (key.startsWith("f:")) return `.${key.slice(2)}`;
    const pairs = key.startsWith("k:")
      ? Object.entries(parseJson(key.slice(2)) as JsonObject).map(([k, v]) => `${k}=${jsonText(v)}`)
      : [key.slice(2)];
    return `[${pairs.join(",")}]`;
  }).join("");
}

/** Returns the value of the field at this path; undefined when the field does not exist. */
export function valueAt(root: unknown, leaf: Leaf): unknown {
  let at = root;
  for (const key of leaf) {
    if (key === ".") return at;
    const step = stepIn(at, key);
    if (step === undefined) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** Removes the field at this path in place. Parents of the field stay, even if they become empty. */
export function removeAt(root: unknown, leaf: Leaf): void {
  const path = leaf.at(-1) === "." ? leaf.slice(0, -1) : leaf;
  const parent = valueAt(root, path.slice(0, -1));
  const step = stepIn(parent, path.at(-1)!);
  if (step === undefined) return;
  if (Array.isArray(parent)) parent.splice(Number(step), 1);
  else delete (parent as JsonObject)[step];
}

/** Returns the schema of a property, or the schema of all values if the object is a map. */
export function propertySchema(schema: Schema | undefined, key: string): Schema | undefined {
  const own = ownValue(schema?.properties, key) as Schema | undefined;
  if (own) return own;
  const rest = schema?.additionalProperties;
  return typeof rest === "object" ? rest : undefined;
}

/**
 * Returns how server-side apply merges a list: element by element by their keys (`map`), as a set of values
 * (`set`), or as a whole (`atomic`).
 */
export function listKind(schema: Schema | undefined): "map" | "set" | "atomic" {
  const kind = schema?.["x-kubernetes-list-type"];
  return kind === "map" || kind === "set" ? kind : "atomic";
}

/** Returns the key that identifies a list element in a field set. */
export function elementKey(element: Json, schema: Schema): string {
  if (listKind(schema) === "set") return `v:${jsonText(element)}`;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const object = isObject(element) ? element : {};
  const pairs = keys.toSorted().map((k) => [k, object[k] ?? defaultOf(schema, k)] as const);
  return `k:${jsonText(Object.fromEntries(pairs.filter(([, v]) => v !== undefined)))}`;
}

const METADATA: Schema = {
  type: "object",
  properties: {
    finalizers: { type: "array", "x-kubernetes-list-type": "set" },
    ownerReferences: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
    },
  },
};

function defaultOf(schema: Schema, key: string): Json | undefined {
  return schema.items?.properties?.[key]?.default;
}

function treeOf(value: Json | undefined, schema: Schema | undefined): JsonObject {
  if (isObject(value)) {
    if (schema?.["x-kubernetes-map-type"] === "atomic") return {};
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return Object.fromEntries(
      entries.map(([k, v]) => [`f:${k}`, treeOf(v, propertySchema(schema, k))]),
    );
  }
  if (!Array.isArray(value) || listKind(schema) === "atomic") return {};
  return Object.fromEntries(value.map((element) => {
    const inner = listKind(schema) === "map" ? treeOf(element, schema!.items) : {};
    return [elementKey(element, schema!), listKind(schema) === "map" ? { ".": {}, ...inner } : {}];
  }));
}

function stepIn(parent: unknown, key: string): string | number | undefined {
  if (isObject(parent)) {
    const name = key.slice(2);
    return key.startsWith("f:") && Object.hasOwn(parent, name) ? name : undefined;
  }
  if (!Array.isArray(parent)) return undefined;
  const wanted = parseJson(key.slice(2));
  const index = parent.findIndex((element) =>
    key.startsWith("v:") ? jsonEqual(element, wanted) : isObject(wanted) &&
      Object.entries(wanted).every(([k, v]) => jsonEqual(element?.[k] ?? v, v))
  );
  return index < 0 ? undefined : index;
}
