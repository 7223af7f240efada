/**
 * Finds a field that another field manager changed, and the name of that manager, from an object's managed
 * fields. All functions are pure.
 */
import {
  canonical,
  fieldKeyValue,
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  moreValuesThan,
  ownValue,
  pathText,
  TooDeepError,
} from "../../api/mod.ts";
import { child, type Schema } from "../../openapi/mod.ts";
import { applyEntry } from "../../reconcile/mod.ts";
import { comparable } from "./normalize.ts";

/** A field whose live value differs from the desired value, and the field manager that changed it. */
export interface ForeignChange {
  /** The path of the field, such as `spec.template.spec.containers[name="main"].image`. */
  field: string;
  /** The field manager that changed the field; absent when the managed fields name no manager. */
  manager?: string;
}

/** One step of a path: the name of a field, or the merge keys of a list element. */
type Step = string | JsonObject;

/**
 * Returns the first field in which the live object differs from the desired object; undefined when no field
 * differs. If an object is nested too deeply or has too many values to be compared, the field is the whole
 * object.
 */
export function foreignChange(
  live: KubeObject,
  desired: KubeObject,
  schema?: Schema,
): ForeignChange | undefined {
  const path = differenceOf(live, desired, schema);
  if (!path) return undefined;
  const manager = managerOf(live, path);
  return { field: pathText(path, () => false), ...(manager && { manager }) };
}

function differenceOf(live: KubeObject, desired: KubeObject, schema?: Schema): Step[] | undefined {
  if (moreValuesThan(desired) || moreValuesThan(live)) return [];
  const { status: _, ...wanted } = desired;
  try {
    const [left, right] = [wanted as Json, live as unknown as Json];
    return difference(comparable(left, schema), comparable(right, schema), schema);
  } catch (error) {
    if (error instanceof TooDeepError) return [];
    throw error;
  }
}

/**
 * Returns the path of the first difference between two normalized values; undefined when the values are
 * equal. Keys that exist only in the live object are ignored.
 */
function difference(
  wanted: Json,
  live: Json | undefined,
  schema: Schema | undefined,
): Step[] | undefined {
  if (isObject(wanted) && (isObject(live) || live === undefined)) {
    for (const [key, value] of Object.entries(wanted)) {
      const other = live && Object.hasOwn(live, key) ? live[key] : undefined;
      const below = difference(value as Json, other, schema && child(schema, key));
      if (below) return [key, ...below];
    }
    return undefined;
  }
  if (Array.isArray(wanted) && Array.isArray(live)) return inList(wanted, live, schema);
  return jsonEqual(wanted, live ?? null) ? undefined : [];
}

/**
 * Returns the path of the first difference within a list; undefined when no desired element differs. The path
 * is empty, and stands for the whole list, if the list has no merge keys, if an element is missing, or if the
 * elements are in another order.
 */
function inList(
  wanted: Json[],
  live: Json[],
  schema: Schema | undefined,
): Step[] | undefined {
  if (jsonEqual(wanted, live)) return undefined;
  const names = schema?.["x-kubernetes-list-map-keys"];
  if (!names) return [];
  const places = new Map<string, number>();
  for (const [index, element] of live.entries()) {
    const text = canonical(keysOf(element, names, schema?.items));
    if (!places.has(text)) places.set(text, index);
  }
  let last = -1;
  let ordered = true;
  for (const element of wanted) {
    const keys = keysOf(element, names, schema?.items);
    const at = places.get(canonical(keys));
    if (at === undefined) return [];
    const below = difference(element, live[at], schema?.items);
    if (below) return [keys, ...below];
    ordered &&= at > last;
    last = at;
  }
  return ordered ? undefined : [];
}

function keysOf(element: Json | undefined, names: readonly string[], schema?: Schema): JsonObject {
  const object = isObject(element) ? element : {};
  const pairs = names.map((name) => {
    const property = ownValue(schema?.properties, name) as Schema | undefined;
    return [name, (ownValue(object, name) as Json | undefined) ?? property?.default] as const;
  });
  return Object.fromEntries(pairs.filter((pair): pair is [string, Json] => pair[1] !== undefined));
}

/**
 * Returns the field manager that presumably changed the field: of the managers other than kro that own the
 * field, the manager that wrote last. If no other manager owns the field, returns the manager that last wrote
 * any field of the object.
 */
function managerOf(live: KubeObject, path: readonly Step[]): string | undefined {
  const ours = applyEntry(live);
  const others = (live.metadata.managedFields ?? []).filter((entry) => entry !== ours)
    .sort((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  const owner = others.find((entry) => owns(entry, path)) ?? others[0];
  return owner?.manager && owner.subresource
    ? `${owner.manager} (${owner.subresource})`
    : owner?.manager;
}

function owns({ fieldsV1 }: ManagedFieldsEntry, path: readonly Step[]): boolean {
  let at: Json | undefined = fieldsV1 ?? {};
  for (const [index, step] of path.entries()) {
    if (!isObject(at)) return false;
    // A leaf of a `fieldsV1` tree means that the manager owns the whole value, including the rest of the
    // path.
    if (index > 0 && Object.keys(at).length === 0) return true;
    at = typeof step === "string" ? at[`f:${step}`] : element(at, step);
  }
  return at !== undefined;
}

function element(tree: JsonObject, keys: JsonObject): Json | undefined {
  const text = canonical(keys);
  const found = Object.keys(tree).find((key) =>
    key.startsWith("k:") && canonical(fieldKeyValue(key)) === text
  );
  return found && tree[found];
}
