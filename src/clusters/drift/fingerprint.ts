/**
 * Hashes the fields of an object that kro owns, together with their live values, to detect drift. All
 * functions are pure.
 */
import { hash as hashOf } from "node:crypto";
import {
  checkDepth,
  define,
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  type KubeObject,
  Manager,
  parseJson,
  TooDeepError,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { applyEntry } from "../../reconcile/mod.ts";
import { comparable } from "./normalise.ts";
import { nullFields } from "./nulls.ts";

/** Two short hashes of the fields that kro owns in an object, computed from a watch event or a response. */
export interface Fingerprint {
  /** The hash of kro's entry in `metadata.managedFields`: its apiVersion, time and fields. */
  entryHash: string;
  /**
   * The hash of the live values of exactly the fields that kro owns. The values are normalized, and lists
   * keep their live order.
   */
  valuesHash: string;
  /**
   * Whether kro owns fields of `status`. kro can own such fields only of kinds without a status subresource.
   */
  ownsStatus: boolean;
  /** The paths of the fields that kro owns and that are missing or null, such as `/spec/replicas`. */
  nulls: readonly string[];
}

/**
 * Returns the hash of kro's managed-fields entry and the hash of the values that kro owns, for an object from
 * the API server. Returns undefined when kro owns no field of the object. The hash of the entry alone does not show every change. The entry stays the same when another
 * client applies under kro's manager name, when a list is reordered, and when an admission webhook changes
 * values. An object that is nested too deeply to be compared counts as different from every desired object.
 */
export function fingerprint(object: KubeObject, schema?: Schema): Fingerprint | undefined {
  const entry = applyEntry(object);
  if (!entry) return undefined;
  const { apiVersion, time, fieldsV1 = {} } = entry;
  const ownsStatus = Object.hasOwn(fieldsV1, "f:status");
  try {
    const live = project(object as unknown as Json, storedFields(object, fieldsV1));
    return {
      // The API server serializes `fieldsV1` with sorted keys, so equal entries have equal JSON strings.
      entryHash: hash(JSON.stringify([apiVersion, time, fieldsV1])),
      valuesHash: digest(comparable(live, schema)),
      ownsStatus,
      nulls: nullFields(live, ownsStatus),
    };
  } catch (error) {
    // JSON.stringify throws RangeError when an entry is nested too deeply.
    if (!(error instanceof TooDeepError || error instanceof RangeError)) throw error;
    // An object that cannot be hashed gets the hash of its resourceVersion. This hash differs from the hash
    // of every desired object, and from the hash of every other state of this object.
    const revision = hash(`deep@${object.metadata.resourceVersion}`);
    return { entryHash: revision, valuesHash: revision, ownsStatus, nulls: [] };
  }
}

/**
 * Returns the managed fields with `f:stringData` of a Secret moved to `f:data`. kro applies `stringData` and
 * therefore owns that field, but the API server stores its values in `data`.
 */
function storedFields(object: KubeObject, fields: JsonObject): JsonObject {
  const { "f:stringData": written, ...rest } = fields;
  if (!isObject(written) || object.kind !== "Secret" || object.apiVersion !== "v1") return fields;
  const data = rest["f:data"];
  return { ...rest, "f:data": { ...isObject(data) ? data : {}, ...written } };
}

/**
 * Returns the {@link Fingerprint.valuesHash} that a live object has when the values of kro's fields are the
 * desired values. `status` is hashed only if `ownsStatus` is true. Throws TooDeepError when the object is
 * nested too deeply.
 */
export function desiredValues(desired: KubeObject, schema?: Schema, ownsStatus = false): string {
  const { status, ...rest } = desired;
  return digest(comparable((ownsStatus && status !== undefined ? desired : rest) as Json, schema));
}

/**
 * Returns true when the response to an apply shows that the apply created the object: kro is the only field
 * manager, and kro's entry has the time at which the object was created.
 */
export function isFirstWrite(object: KubeObject): boolean {
  const { creationTimestamp, managedFields = [] } = object.metadata;
  if (!managedFields.every((entry) => entry.manager === Manager.children)) return false;
  const age = Date.parse(applyEntry(object)?.time ?? "") - Date.parse(creationTimestamp ?? "");
  // The API server sets the creation time and the time of the entry one after the other, both in whole
  // seconds. The two times of a new object may therefore differ by one second.
  return Math.abs(age) <= 1000;
}

/**
 * Reports whether an object has the desired values: the hashes of the values are equal, and kro owns each field
 * whose desired value is null.
 */
export function hasValues(
  print: Pick<Fingerprint, "valuesHash" | "ownsStatus"> & { nulls?: readonly string[] },
  desired: KubeObject,
  schema?: Schema,
): boolean {
  const { valuesHash, ownsStatus, nulls = [] } = print;
  if (desiredValues(desired, schema, ownsStatus) !== valuesHash) return false;
  const wanted = nullFields(desired, ownsStatus);
  return wanted.length === 0 || new Set(wanted).isSubsetOf(new Set(nulls));
}

/**
 * Returns the part of a value that a `fieldsV1` tree selects. A leaf of the tree selects the whole value of a
 * field; the value is null when the field is missing. Throws TooDeepError.
 */
export function project(
  value: Json | undefined,
  fields: JsonObject,
  level = 0,
): Json | undefined {
  checkDepth(level);
  if (value === undefined || Object.keys(fields).length === 0) return value;
  if (Array.isArray(value)) return projectList(value, fields, level);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, below] of Object.entries(fields)) {
    if (!key.startsWith("f:") || !isObject(below)) continue;
    const name = key.slice(2);
    const isLeaf = Object.keys(below).length === 0;
    const field = Object.hasOwn(value, name) ? value[name] : isLeaf ? null : {};
    define(result, name, project(field, below, level + 1));
  }
  return result;
}

/**
 * Returns the list elements that the `fieldsV1` tree selects. The elements keep their live order, because a
 * reordered list counts as drift.
 */
function projectList(list: readonly Json[], fields: JsonObject, level: number): Json[] {
  const nodes = new Map<string, JsonObject>();
  const keyNames = new Map<string, string[]>();
  for (const [key, below] of Object.entries(fields)) {
    if (!isObject(below)) continue;
    const prefix = key.slice(0, 2);
    if (prefix === "i:") nodes.set(key, below);
    if (prefix !== "k:" && prefix !== "v:") continue;
    const parsed = parseJson(key.slice(2));
    nodes.set(prefix + canonical(parsed), below);
    if (prefix === "k:" && isObject(parsed)) {
      const names = Object.keys(parsed).sort();
      keyNames.set(names.join("\n"), names);
      // Normally, all elements of a list have merge keys with the same names. A client can forge managed
      // fields with many different sets of names. Looking up the elements would then take quadratic time, so
      // the number of sets is limited.
      if (keyNames.size > MAX_KEY_SETS) throw new TooDeepError();
    }
  }
  const result: Json[] = [];
  for (const [index, element] of list.entries()) {
    const below = nodes.get(`v:${canonical(element)}`) ??
      byKeys(element, keyNames, nodes) ?? nodes.get(`i:${index}`);
    if (below) result.push(project(element, below, level + 1) ?? null);
  }
  return result;
}

/** The maximum number of different sets of merge keys for the elements of one list. */
const MAX_KEY_SETS = 4;

function byKeys(
  element: Json,
  keyNames: ReadonlyMap<string, string[]>,
  nodes: ReadonlyMap<string, JsonObject>,
): JsonObject | undefined {
  if (!isObject(element)) return undefined;
  for (const names of keyNames.values()) {
    const keys = Object.fromEntries(names.map((name) => [name, element[name]]));
    const below = nodes.get(`k:${canonical(keys)}`);
    if (below) return below;
  }
  return undefined;
}

/**
 * Returns a hash of a JSON value as a string of 12 characters. The order of object keys does not affect the
 * hash.
 */
export function digest(value: Json | undefined): string {
  return hash(canonical(value));
}

/**
 * The maximum length of JSON that is stored as it is, in UTF-16 code units. Longer JSON is replaced by its
 * hash to save memory.
 */
const LONG_JSON = 2000;

/**
 * Returns the identity string of a value. Two values have the same identity string if they are equal and
 * their keys have the same order. The identity string is the JSON of the value. If the JSON has more than
 * {@link LONG_JSON} characters, the identity string is the hash of the JSON.
 */
export function identityOf(value: unknown): string {
  const text = jsonText(value);
  // Short strings are not hashed, because comparing two strings is several times as fast as hashing one.
  return text.length > LONG_JSON ? hash(text) : text;
}

/**
 * Returns the first 72 bits of a SHA-256 hash in 12 characters; a collision by chance is practically
 * impossible. The length is 12, because V8 copies a slice of up to 12 characters, whereas a longer slice
 * would keep the whole digest in memory.
 */
function hash(text: string): string {
  return hashOf("sha256", text, "base64url").slice(0, 12);
}

/**
 * Returns JSON with sorted keys. Members with the value undefined are omitted, as JSON.stringify does. Throws
 * TooDeepError when the value is nested too deeply.
 */
export function canonical(value: Json | undefined, level = 0): string {
  if (Array.isArray(value)) {
    checkDepth(level);
    let text = "[";
    for (const [index, item] of value.entries()) {
      text += (index > 0 ? "," : "") + canonical(item, level + 1);
    }
    return `${text}]`;
  }
  if (!isObject(value)) return jsonText(value ?? null);
  checkDepth(level);
  let text = "{";
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field === undefined) continue;
    text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${canonical(field, level + 1)}`;
  }
  return `${text}}`;
}
