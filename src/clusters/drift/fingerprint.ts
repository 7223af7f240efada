/**
 * Hashes the fields of an object that kro owns, together with their live values, to detect drift. All
 * functions are pure.
 */
import { hash as hashOf } from "node:crypto";
import {
  canonical,
  checkDepth,
  define,
  fieldKeyValue,
  isObject,
  type Json,
  type JsonObject,
  jsonText,
  type KubeObject,
  Manager,
  moreValuesThan,
  ownValue,
  TooDeepError,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { applyEntry } from "../../reconcile/mod.ts";
import { comparable } from "./normalize.ts";
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
  /**
   * Whether the object cannot be compared. The hashes of such an object differ from the hashes of every
   * desired object.
   */
  isIncomparable?: true;
}

/**
 * Returns the hash of kro's managed-fields entry and the hash of the values that kro owns, for an object from
 * the API server. Returns undefined when kro owns no field of the object.
 *
 * The hash of the entry alone does not show every change. The entry stays the same when another client
 * applies under kro's manager name, when a list is reordered, and when an admission webhook changes values.
 * An object that is nested too deeply or has too many values to be compared counts as different from every
 * desired object.
 */
export function fingerprint(object: KubeObject, schema?: Schema): Fingerprint | undefined {
  const entry = applyEntry(object);
  if (!entry) return undefined;
  const { apiVersion, time, fieldsV1 = {} } = entry;
  const ownsStatus = Object.hasOwn(fieldsV1, "f:status");
  if (moreValuesThan(object)) return incomparable(object, ownsStatus);
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
    return incomparable(object, ownsStatus);
  }
}

/**
 * Returns the fingerprint of an object that cannot be hashed: the hash of its resourceVersion. This hash
 * differs from the hash of every desired object, and from the hash of every other state of this object.
 */
function incomparable(object: KubeObject, ownsStatus: boolean): Fingerprint {
  const revision = hash(`deep@${object.metadata.resourceVersion}`);
  return { entryHash: revision, valuesHash: revision, ownsStatus, nulls: [], isIncomparable: true };
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
 * Returns the hash of the desired values. A live object in which kro's fields have these values has the same
 * {@link Fingerprint.valuesHash}. `status` is hashed only if `ownsStatus` is true. Throws TooDeepError when
 * the object is nested too deeply. An object with too many values gets a hash that no live object has.
 */
export function desiredValues(desired: KubeObject, schema?: Schema, ownsStatus = false): string {
  if (moreValuesThan(desired)) return digest(desired as unknown as Json);
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
 * Reports whether the object with the fingerprint `print` has the desired values: `valuesHash` equals the
 * hash of the desired values, and kro owns each field whose desired value is null.
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
 * field. If the field is missing, the returned value of the field is null. Throws TooDeepError.
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
  const selected = selectorsOf(fields);
  const result: Json[] = [];
  for (const [index, element] of list.entries()) {
    const below = byValue(element, selected) ?? byKeys(element, selected) ??
      selected.byIndex.get(`i:${index}`);
    if (below) result.push(project(element, below, level + 1) ?? null);
  }
  return result;
}

/** The entries of a `fieldsV1` tree that select elements of one list. */
interface Selectors {
  /** The entries that select an element by its index. The keys are of the form `i:0`. */
  readonly byIndex: Map<string, JsonObject>;
  /**
   * The managed-field entries that select a list element by its value. The keys of this map are the values in
   * {@link canonical} form.
   */
  readonly byValue: Map<string, JsonObject>;
  /** The length of the longest key of {@link byValue}, in UTF-16 code units. */
  longestValue: number;
  /**
   * The managed-field entries that select a list element by its merge keys. The keys of this map are the merge
   * keys in {@link canonical} form.
   */
  readonly byKeys: Map<string, JsonObject>;
  /**
   * The combinations of merge keys that the entries use, such as `containerPort` and `protocol`. Each value
   * of the map contains the sorted names of one combination, and its key contains these names joined by line
   * feeds.
   */
  readonly keyNames: Map<string, string[]>;
}

/**
 * Returns the entries of a `fieldsV1` tree that select elements of one list. Throws TooDeepError when the
 * entries have too many merge keys.
 */
function selectorsOf(fields: JsonObject): Selectors {
  const found: Selectors = {
    byIndex: new Map(),
    byValue: new Map(),
    longestValue: 0,
    byKeys: new Map(),
    keyNames: new Map(),
  };
  for (const [key, below] of Object.entries(fields)) {
    if (!isObject(below)) continue;
    const prefix = key.slice(0, 2);
    if (prefix === "i:") found.byIndex.set(key, below);
    if (prefix !== "k:" && prefix !== "v:") continue;
    const parsed = fieldKeyValue(key);
    if (parsed === undefined) continue;
    const text = canonical(parsed);
    if (prefix === "v:") {
      found.byValue.set(text, below);
      found.longestValue = Math.max(found.longestValue, text.length);
    } else if (isObject(parsed)) {
      found.byKeys.set(text, below);
      const names = Object.keys(parsed).sort();
      found.keyNames.set(names.join("\n"), names);
      // All elements of an ordinary list have the same one or two merge keys. A client can forge managed
      // fields with many merge keys, or with different merge keys for each element. Finding the entries of
      // all elements of such a list would take quadratic time.
      if (names.length > MAX_KEY_NAMES || found.keyNames.size > MAX_KEY_SETS) {
        throw new TooDeepError();
      }
    }
  }
  return found;
}

/**
 * The maximum number of combinations of merge-key names that the elements of one list use. Normally, all
 * elements use the same combination, such as `containerPort` and `protocol`.
 */
const MAX_KEY_SETS = 4;

/** The maximum number of merge keys of one list element. The lists of built-in kinds have at most two. */
const MAX_KEY_NAMES = 8;

/**
 * Returns the entry that selects a list element by its value. An element that is longer than every entry
 * cannot match, so it is not serialized. Without this check, a client could forge entries for each level of
 * nested lists, and the innermost value would be serialized once for each level.
 */
function byValue(element: Json, selected: Selectors): JsonObject | undefined {
  const { byValue, longestValue } = selected;
  if (byValue.size === 0 || remainder(element, longestValue) < 0) return undefined;
  return byValue.get(canonical(element));
}

function byKeys(element: Json, { keyNames, byKeys }: Selectors): JsonObject | undefined {
  if (!isObject(element)) return undefined;
  for (const names of keyNames.values()) {
    const pairs = names.map((name): [string, Json | undefined] => [
      name,
      ownValue(element, name) as Json | undefined,
    ]);
    // Merge keys are scalars (KEP-555). If the value of a merge key is a list or an object, no entry selects
    // the element.
    if (pairs.some(([, value]) => typeof value === "object" && value !== null)) continue;
    const below = byKeys.get(canonical(Object.fromEntries(pairs) as JsonObject));
    if (below) return below;
  }
  return undefined;
}

/**
 * Returns `limit` minus a lower bound of the length of the value's {@link canonical} JSON. If the result is
 * negative, the JSON is longer than the limit. Stops reading the value when the limit is exceeded.
 */
function remainder(value: Json | undefined, limit: number): number {
  if (typeof value === "string") return limit - value.length - 2;
  if (typeof value !== "object" || value === null) return limit - 1;
  let left = limit - 2;
  for (const key in value) {
    if (left < 0) break;
    left = remainder((value as JsonObject)[key], left);
  }
  return left;
}

/**
 * Returns a hash of a JSON value as a string of 12 characters. The order of object keys does not affect the
 * hash, unless more than 50,000 values are nested in the value.
 */
export function digest(value: Json | undefined): string {
  return hash(moreValuesThan(value) ? jsonText(value) : canonical(value));
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
