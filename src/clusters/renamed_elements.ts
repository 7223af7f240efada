/**
 * Server-side apply for lists in which another manager changed the merge key of our element. Example: it
 * changes port 80 of a Service to 81. The port number is part of the merge key, so an apply adds port 80 as a
 * second element, and the API server refuses two ports with the same name.
 */
import {
  ApiError,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  Manager,
  type ObjectRef,
  setAt,
  type StatusCause,
  valueAt,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { canonical } from "./drift/fingerprint.ts";

/** A list, and the field whose value must be unique among its elements. */
interface Duplicate {
  list: string[];
  field: string;
}

/**
 * Forced server-side apply (KEP-555). When the API server refuses it only because elements of other managers
 * duplicate ours, a merge patch replaces the lists, and the apply is sent again. The patch's own
 * managed-fields entry is removed afterwards, so that a later apply can drop the elements. Rejects with
 * ApiError.
 */
export async function applyOver(
  client: KubeClient,
  ref: ObjectRef,
  desired: KubeObject,
): Promise<KubeObject> {
  const options = { fieldManager: Manager.children, force: true };
  try {
    return await client.apply(ref, desired, options);
  } catch (error) {
    const duplicates = error instanceof ApiError ? duplicatesOf(error) : [];
    const live = duplicates.length > 0 ? await client.get(ref) : undefined;
    const lists = live && withoutDuplicates(live, desired, duplicates);
    if (!lists) throw error;
    const { resourceVersion } = live.metadata;
    // A manager name used only here, by which `disowned` finds the entry.
    await client.mergePatch(ref, { ...lists, metadata: { resourceVersion } }, {
      fieldManager: PATCHER,
    });
    return await disowned(client, ref, await client.apply(ref, desired, options));
  }
}

const PATCHER = "kro.run/replaced";

/** The duplicates that the API server refused; empty if it refused the object for other causes as well. */
export function duplicatesOf({ reason, causes }: ApiError): Duplicate[] {
  if (reason !== "Invalid" || causes.length === 0) return [];
  const found = causes.map(duplicateOf);
  return found.every((one) => one !== undefined) ? found : [];
}

function duplicateOf({ reason, field = "" }: StatusCause): Duplicate | undefined {
  const [, path, name] = /^([\w.]+)\[\d+\]\.(\w+)$/.exec(field) ?? [];
  if (reason !== "FieldValueDuplicate" || !path || !name) return undefined;
  return { list: path.split("."), field: name };
}

/** A merge patch that replaces duplicates by our elements; undefined when it would change no list. */
export function withoutDuplicates(
  live: KubeObject,
  desired: KubeObject,
  duplicates: readonly Duplicate[],
): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const { list, field } of duplicates) {
    const [theirs, ours] = [listAt(live, list), listAt(desired, list)];
    if (!theirs || !ours) return undefined;
    const taken = new Set(ours.map((element) => valueOf(element, field)));
    const kept = theirs.filter((element) => !taken.has(valueOf(element, field)));
    if (kept.length === theirs.length) return undefined;
    setAt(patch, list, [...kept, ...ours]);
  }
  return patch;
}

/** Removes the merge patch's entry from the managed fields; the apply's entry owns the same fields. */
async function disowned(
  client: KubeClient,
  ref: ObjectRef,
  object: KubeObject,
): Promise<KubeObject> {
  const { managedFields = [], resourceVersion } = object.metadata;
  const left = managedFields.filter((entry) => entry.manager !== PATCHER);
  const metadata = { managedFields: left as unknown as Json, resourceVersion };
  return await client.mergePatch(ref, { metadata }, { fieldManager: PATCHER });
}

function listAt(object: KubeObject, path: readonly string[]): Json[] | undefined {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : undefined;
}

function valueOf(element: Json, field: string): string | undefined {
  const value = isObject(element) ? element[field] : undefined;
  return value === undefined ? undefined : canonical(value);
}
