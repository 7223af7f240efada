/**
 * Server-side apply for lists in which another client changed the merge key of an element that kro applied.
 * An example is a client that changes port 80 of a Service to 81. The port number is a merge key, so applying
 * port 80 again adds a second element with the same port name. The API server refuses the duplicate name.
 */
import {
  ApiError,
  canonical,
  type Json,
  type JsonObject,
  type KubeObject,
  Manager,
  type ObjectRef,
  ownValue,
  setAt,
  type StatusCause,
  valueAt,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";

/** A list with duplicate elements, and the field whose value must be unique within the list. */
interface Duplicate {
  list: string[];
  field: string;
}

/**
 * Applies an object with forced server-side apply (KEP-555). The API server may refuse the apply because
 * elements of other field managers duplicate desired elements. If this is the only cause, a merge patch
 * replaces the lists and the apply is sent again. The managed-fields entry of the merge patch is removed at
 * the end, so that kro can remove the elements later. Rejects with ApiError.
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
    // Only this patch uses the manager name, so `disowned` finds the managed-fields entry of the patch by the
    // name.
    await client.mergePatch(ref, { ...lists, metadata: { resourceVersion } }, {
      fieldManager: PATCHER,
    });
    return await disowned(client, ref, await client.apply(ref, desired, options));
  }
}

const PATCHER = "kro.run/replaced";

/**
 * Returns the duplicate list elements because of which the API server refused an apply. Returns an empty list
 * if the API server also had another reason.
 */
export function duplicatesOf({ reason, causes }: ApiError): Duplicate[] {
  if (reason !== "Invalid" || causes.length === 0) return [];
  // The API server reports each duplicate element, so the causes may name the same list and field several
  // times.
  const found = new Map<string, Duplicate>();
  for (const cause of causes) {
    const duplicate = duplicateOf(cause);
    if (!duplicate) return [];
    found.set(`${duplicate.list.join(".")} ${duplicate.field}`, duplicate);
  }
  return [...found.values()];
}

function duplicateOf({ reason, field = "" }: StatusCause): Duplicate | undefined {
  const [, path, name] = /^([\w.]+)\[\d+\]\.(\w+)$/.exec(field) ?? [];
  if (reason !== "FieldValueDuplicate" || !path || !name) return undefined;
  return { list: path.split("."), field: name };
}

/**
 * Returns a merge patch that replaces duplicate elements by the desired elements. Returns undefined when the
 * patch would change no list.
 */
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

/**
 * Removes the managed-fields entry of the merge patch. The entry is superfluous, because the apply that
 * followed the merge patch owns the same fields under an entry of its own.
 */
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
  const value = ownValue(element, field) as Json | undefined;
  return value === undefined ? undefined : canonical(value);
}
