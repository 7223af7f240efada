/** Compares two versions of an object field by field. The functions are pure. */
import {
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  jsonText,
  type KubeObject,
  type PathStep,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";

/** A difference between two values. */
export interface Difference {
  /** The path of the field. */
  path: PathStep[];
  /** The old value; undefined when the field is new. */
  old?: Json;
  /** The new value; undefined when the field is removed. */
  new?: Json;
}

/** The fields of metadata that only the API server sets. */
const SYSTEM = [
  "managedFields",
  "resourceVersion",
  "uid",
  "creationTimestamp",
  "generation",
  "selfLink",
];

/**
 * Returns the differences between an object before and after a change. If the schema declares key fields for
 * a list, the elements are matched by these fields. The elements of all other lists are matched by their
 * index. Values that the API server sets by itself, such as the resourceVersion, are left out.
 *
 * @param before The object before the change; undefined when the object is created.
 */
export function differences(
  before: KubeObject | undefined,
  after: KubeObject,
  schema?: Schema,
): Difference[] {
  const found: Difference[] = [];
  const content = contentOf(after);
  // The status of a new object comes from its controller and not from the write.
  if (!before) delete content.status;
  compare(before ? contentOf(before) : { metadata: {} }, content, schema, [], found);
  return found;
}

function contentOf({ apiVersion: _v, kind: _k, metadata, ...rest }: KubeObject): JsonObject {
  const { name: _n, namespace: _s, ...kept } = metadata as JsonObject;
  for (const field of SYSTEM) delete kept[field];
  return { metadata: kept, ...rest as JsonObject };
}

function compare(
  old: Json | undefined,
  now: Json | undefined,
  schema: Schema | undefined,
  path: PathStep[],
  found: Difference[],
): void {
  if (jsonEqual(old, now)) return;
  if (isMap(old) && isMap(now) && (isObject(old) || isObject(now))) {
    const [from, to] = [old ?? {}, now ?? {}];
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    // An empty object has no fields to list, so the object itself is the difference.
    if (keys.size > 0) {
      for (const key of keys) {
        compare(from[key], to[key], below(schema, key), [...path, key], found);
      }
      return;
    }
  }
  if (isList(old) && isList(now) && [...old ?? [], ...now ?? []].some(isObject)) {
    return compareLists(old ?? [], now ?? [], schema, path, found);
  }
  found.push({ path, ...(old !== undefined && { old }), ...(now !== undefined && { new: now }) });
}

function compareLists(
  old: readonly Json[],
  now: readonly Json[],
  schema: Schema | undefined,
  path: PathStep[],
  found: Difference[],
): void {
  const keys = schema?.["x-kubernetes-list-type"] === "map"
    ? schema["x-kubernetes-list-map-keys"] ?? []
    : [];
  const keyOf = (element: Json): JsonObject =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const value = isObject(element) ? element[key] : undefined;
        return value === undefined ? [] : [[key, value]];
      }),
    );
  const isUnique = (list: readonly Json[]) =>
    new Set(list.map((element) => jsonText(keyOf(element)))).size === list.length;
  if (keys.length === 0 || !isUnique(old) || !isUnique(now)) {
    for (let i = 0; i < Math.max(old.length, now.length); i++) {
      compare(old[i], now[i], schema?.items, [...path, i], found);
    }
    return;
  }
  const find = (list: readonly Json[], key: JsonObject) =>
    list.find((element) => jsonEqual(keyOf(element), key));
  const all = [...old, ...now.filter((element) => find(old, keyOf(element)) === undefined)];
  for (const element of all) {
    const key = keyOf(element);
    const step = keys.length === 1 ? { [keys[0]!]: key[keys[0]!]! } : key;
    compare(find(old, key), find(now, key), schema?.items, [...path, step], found);
  }
}

function isMap(value: Json | undefined): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}

function isList(value: Json | undefined): value is Json[] | undefined {
  return value === undefined || Array.isArray(value);
}

function below(schema: Schema | undefined, key: string): Schema | undefined {
  const own = schema?.properties && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined;
  const others = schema?.additionalProperties;
  return own ?? (typeof others === "object" ? others : undefined);
}
