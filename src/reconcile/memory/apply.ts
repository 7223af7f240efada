/**
 * Server-side apply (KEP-555) for objects in memory: merging, field ownership, conflicts, and the removal
 * of fields that a later apply omits.
 */
import {
  ApiError,
  define,
  isObject,
  type Json,
  jsonEqual,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  ownValue,
} from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import {
  elementKey,
  fieldsOf,
  type Leaf,
  leafKey,
  leafText,
  leavesOf,
  listKind,
  propertySchema,
  removeAt,
  treeOfLeaves,
  valueAt,
} from "./fields.ts";

/** A write by one field manager. */
export interface FieldWrite {
  /** The name of the field manager. */
  manager: string;
  /** The time of the write, in RFC 3339 format. */
  time: string;
  /** The schema of the kind, which defines how lists and maps are merged. */
  schema?: Schema;
}

/**
 * Returns the object after a server-side apply. Throws ApiError `Conflict` when the apply changes fields of
 * other field managers and is not forced.
 */
export function applied(
  live: KubeObject | undefined,
  desired: KubeObject,
  write: FieldWrite & { force: boolean },
): KubeObject {
  const wanted = asStored(desired);
  const base = (live ?? {}) as JsonObject;
  const mine = fieldsOf(wanted, write.schema);
  const entries = (live?.metadata.managedFields ?? []).filter((e) => !isMine(e, write.manager));
  const before = live?.metadata.managedFields?.find((e) => isMine(e, write.manager));
  const others = withoutConflicts(entries, base, wanted, leavesOf(mine), write);

  const merged = merge(structuredClone(base), wanted, write.schema) as JsonObject;
  const kept = new Set(
    [mine, ...others.map((e) => e.fieldsV1 ?? {})].flatMap((t) => leavesOf(t)).map(leafKey),
  );
  const parents = new Set([...kept].flatMap(parentKeys));
  const dropped = leavesOf(before?.fieldsV1 ?? {})
    .filter((l) => !kept.has(leafKey(l)) && !parents.has(leafKey(itself(l))));
  for (const leaf of dropped.toSorted((a, b) => b.length - a.length)) removeAt(merged, leaf);
  keepDefaults(merged, base, leavesOf(mine), before);

  const isSame = before !== undefined && jsonEqual(before.fieldsV1, mine);
  const own = isSame ? before : entry(write, "Apply", desired.apiVersion, mine);
  const result = merged as unknown as KubeObject;
  // The managed-fields entry keeps its position in the list, so that an apply without changes returns an
  // equal object.
  const at = (live?.metadata.managedFields ?? []).findIndex((e) => e === before);
  const managedFields = at < 0 ? [...others, own] : others.toSpliced(at, 0, own);
  result.metadata = { ...result.metadata, managedFields };
  return result;
}

/**
 * Restores, in place, the values of fields and list elements that the manager applied as null before and applies
 * as null again. After the earlier apply, the API server set them to their defaults, and it would do so again.
 */
function keepDefaults(
  merged: JsonObject,
  live: JsonObject,
  mine: readonly Leaf[],
  before: ManagedFieldsEntry | undefined,
): void {
  const hasNull = (value: unknown) => Array.isArray(value) ? value.includes(null) : value === null;
  const nulls = mine.filter((leaf) => hasNull(valueAt(merged, leaf)));
  if (nulls.length === 0) return;
  const owned = new Set(leavesOf(before?.fieldsV1 ?? {}).map(leafKey));
  for (const leaf of nulls) {
    const value = valueAt(live, leaf);
    const parent = valueAt(merged, leaf.slice(0, -1));
    const last = leaf.at(-1)!;
    if (value === undefined || !isObject(parent) || !last.startsWith("f:")) continue;
    if (!isSameButNull(valueAt(merged, leaf), value)) continue;
    if (owned.has(leafKey(leaf))) define(parent, last.slice(2), value as Json);
  }
}

/** Whether the values are equal, or lists that are equal except for elements that are null in `desired`. */
function isSameButNull(desired: unknown, live: unknown): boolean {
  if (desired === null) return true;
  return Array.isArray(desired) && Array.isArray(live) && desired.length === live.length &&
    desired.every((one, i) => one === null || jsonEqual(one as Json, live[i]));
}

/**
 * Returns the path of the field that a leaf of `fieldsV1` names. A leaf that ends with the key `.` names a
 * map or list element without its fields; the returned path does not contain this key.
 */
function itself(leaf: Leaf): Leaf {
  return leaf.at(-1) === "." ? leaf.slice(0, -1) : leaf;
}

/** Returns the {@link leafKey} of each field that contains the field with the given {@link leafKey}. */
function parentKeys(key: string): string[] {
  const steps = key.split("\n");
  return steps.slice(1).map((_, i) => leafKey(steps.slice(0, i + 1)));
}

/**
 * Returns the object after an update. The field manager becomes the owner of the fields that the update
 * changes.
 */
export function updated(
  live: KubeObject | undefined,
  next: KubeObject,
  write: FieldWrite,
): KubeObject {
  const json = next as unknown as JsonObject;
  const all = leavesOf(fieldsOf(json, write.schema, true));
  const changed = all.filter((l) => !jsonEqual(valueAt(live, l), valueAt(next, l)));
  const taken = new Set(changed.map(leafKey));
  const present = new Set(all.map(leafKey));
  const entries = (live?.metadata.managedFields ?? []).map((e) =>
    restricted(e, (l) => present.has(leafKey(l)) && !taken.has(leafKey(l)))
  );
  const old = entries.find((e) => e.manager === write.manager && e.operation === "Update");
  const leaves = [...leavesOf(old?.fieldsV1 ?? {}), ...changed];
  const own = changed.length > 0
    ? entry(write, "Update", next.apiVersion, treeOfLeaves(leaves))
    : old;
  const managedFields = [...entries.filter((e) => e !== old), ...(own ? [own] : [])]
    .filter((e) => Object.keys(e.fieldsV1 ?? {}).length > 0);
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

/**
 * Returns the object without its status. The API server ignores the status in writes outside the status
 * subresource.
 */
function asStored(desired: KubeObject): JsonObject {
  const { status: _, ...wanted } = structuredClone(desired) as unknown as JsonObject;
  return wanted;
}

function isMine(e: ManagedFieldsEntry, manager: string): boolean {
  return e.manager === manager && e.operation === "Apply";
}

function entry(
  { manager, time }: FieldWrite,
  operation: "Apply" | "Update",
  apiVersion: string,
  fieldsV1: JsonObject,
): ManagedFieldsEntry {
  return { manager, operation, apiVersion, time, fieldsType: "FieldsV1", fieldsV1 };
}

function withoutConflicts(
  entries: readonly ManagedFieldsEntry[],
  live: JsonObject,
  wanted: JsonObject,
  leaves: readonly Leaf[],
  write: FieldWrite & { force: boolean },
): ManagedFieldsEntry[] {
  const differing = leaves.filter((l) => !jsonEqual(valueAt(live, l), valueAt(wanted, l)));
  const keys = new Set(differing.map(leafKey));
  const causes = entries.flatMap((e) =>
    leavesOf(e.fieldsV1 ?? {}).filter((l) => keys.has(leafKey(l)))
      .map((l) => ({ manager: e.manager ?? "", field: leafText(l) }))
  );
  if (causes.length > 0 && !write.force) {
    const text = causes.map((c) => `conflict with "${c.manager}": ${c.field}`).join(", ");
    throw new ApiError(`Apply failed with ${causes.length} conflict(s): ${text}`, {
      reason: "Conflict",
      code: 409,
      causes: causes.map((c) => ({
        reason: "FieldManagerConflict",
        message: `conflict with "${c.manager}"`,
        field: c.field,
      })),
    });
  }
  return entries.map((e) => restricted(e, (l) => !keys.has(leafKey(l))))
    .filter((e) => Object.keys(e.fieldsV1 ?? {}).length > 0);
}

function restricted(e: ManagedFieldsEntry, keep: (leaf: Leaf) => boolean): ManagedFieldsEntry {
  const leaves = leavesOf(e.fieldsV1 ?? {});
  const kept = leaves.filter(keep);
  return kept.length === leaves.length ? e : { ...e, fieldsV1: treeOfLeaves(kept) };
}

function merge(live: Json | undefined, wanted: Json, schema: Schema | undefined): Json {
  if (isObject(live) && isObject(wanted) && schema?.["x-kubernetes-map-type"] !== "atomic") {
    for (const [key, value] of Object.entries(wanted)) {
      if (value === undefined) continue;
      const old = ownValue(live, key) as Json | undefined;
      define(live, key, merge(old, value, propertySchema(schema, key)));
    }
    return live;
  }
  if (!Array.isArray(live) || !Array.isArray(wanted) || listKind(schema) === "atomic") {
    return wanted;
  }
  const result = [...live];
  for (const element of wanted) {
    const key = elementKey(element, schema!);
    const index = result.findIndex((e) => elementKey(e, schema!) === key);
    if (index < 0) result.push(element);
    else result[index] = merge(result[index], element, schema!.items);
  }
  return result;
}
