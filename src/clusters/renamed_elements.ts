/**
 * Applies over list elements that somebody renamed. Whoever edits a Service's port 80 to 81 makes it
 * another element of the list, under our element's name: an apply would add 80 beside it, and the API
 * server refuses two ports of one name.
 */
import {
  ApiError,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  Manager,
  type ObjectRef,
  type StatusCause,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { canonical } from "./drift/fingerprint.ts";

/** A list and the field of its elements that may not be there twice. */
interface Duplicate {
  list: string[];
  field: string;
}

/**
 * Server-side apply by force. When the only fault is that elements of others stand in the way of ours,
 * they are taken out by a merge patch, after which the apply gets through; nothing that the patch
 * wrote stays owned by it, so that a later apply can drop it. Rejects with ApiError.
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
    // Under a name of its own: what this writes is found again below.
    await client.mergePatch(ref, { ...lists, metadata: { resourceVersion } }, {
      fieldManager: PATCHER,
    });
    return await disowned(client, ref, await client.apply(ref, desired, options));
  }
}

const PATCHER = "kro.run/replaced";

/** The duplicates that the server complains of; none if it complains of anything else besides. */
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

/** The lists with ours for those of the same value; undefined when that would change nothing. */
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
    let at = patch;
    for (const key of list.slice(0, -1)) at = (at[key] ??= {}) as JsonObject;
    at[list.at(-1)!] = [...kept, ...ours];
  }
  return patch;
}

/** Takes the patch's own entry out of the managed fields: the apply owns what it wrote. */
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
  const value = path.reduce<unknown>((at, key) => isObject(at) ? at[key] : undefined, object);
  return Array.isArray(value) ? value : undefined;
}

function valueOf(element: Json, field: string): string | undefined {
  const value = isObject(element) ? element[field] : undefined;
  return value === undefined ? undefined : canonical(value);
}
