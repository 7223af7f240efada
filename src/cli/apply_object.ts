/** Applies an object of a file, so that the object in the cluster has the fields of the file. */
import {
  Annotation,
  isConflict,
  isObject,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  Manager,
  type ObjectRef,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";

/**
 * The maximum number of attempts to change the managed fields of an object. An attempt fails when another
 * client writes the object at the same time.
 */
const MAX_ATTEMPTS = 5;

/**
 * Applies an object with server-side apply (KEP-555) under the manager `kro-cli`. If `kubectl apply` wrote
 * the object before, `kro-cli` first takes over the fields that kubectl owns, so that the API server removes
 * the fields that the file has lost. Rejects with ApiError when a request fails.
 */
export async function applyObject(
  client: KubeClient,
  ref: ObjectRef,
  object: KubeObject,
): Promise<KubeObject> {
  for (let attempt = 1;; attempt++) {
    const live = await client.get(ref);
    const managedFields = live && takenOver(live.metadata.managedFields ?? [], Manager.cli);
    if (!managedFields) break;
    const { resourceVersion } = live.metadata;
    const patch = { metadata: { managedFields, resourceVersion } as unknown as JsonObject };
    try {
      await client.mergePatch(ref, patch, { fieldManager: Manager.cli });
      break;
    } catch (error) {
      if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
  return await client.apply(ref, object, { fieldManager: Manager.cli, force: true });
}

/**
 * Returns the managed-fields entries after `manager` has taken over the fields of client-side apply. Returns
 * undefined when client-side apply owns no field. As in `kubectl apply --server-side`, a field manager counts
 * as client-side apply if one of its Update entries owns kubectl's last-applied annotation.
 *
 * If `manager` already has an entry, it takes over only fields of the same API version, as in client-go's
 * `csaupgrade`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { takenOver } from "./apply_object.ts";
 *
 * const key = "f:kubectl.kubernetes.io/last-applied-configuration";
 * const fieldsV1 = { "f:metadata": { "f:annotations": { [key]: {} } } };
 * const entry = { manager: "kubectl-client-side-apply", operation: "Update" as const, fieldsV1 };
 * assert.deepEqual(takenOver([entry], "kro-cli"), [
 *   { manager: "kro-cli", operation: "Apply", fieldsV1 },
 * ]);
 * ```
 */
export function takenOver(
  entries: readonly ManagedFieldsEntry[],
  manager: string,
): ManagedFieldsEntry[] | undefined {
  const names = new Set(entries.filter(isClientSideApply).map((entry) => entry.manager));
  const taken = entries.filter((entry) =>
    names.has(entry.manager) && entry.operation === "Update" && !entry.subresource
  );
  if (taken.length === 0) return undefined;
  const own = entries.find((entry) =>
    entry.manager === manager && entry.operation === "Apply" && !entry.subresource
  );
  const into = own ?? taken[0]!;
  const fields = taken.filter(({ apiVersion }) => apiVersion === into.apiVersion)
    .map(({ fieldsV1 = {} }) => fieldsV1);
  const merged: ManagedFieldsEntry = {
    ...into,
    manager,
    operation: "Apply",
    fieldsV1: fields.reduce(union, into.fieldsV1 ?? {}),
  };
  const others = entries.filter((entry) => entry !== own && !taken.includes(entry));
  return [merged, ...others];
}

function isClientSideApply({ operation, subresource, fieldsV1 }: ManagedFieldsEntry): boolean {
  if (operation !== "Update" || subresource) return false;
  const annotations = isObject(fieldsV1?.["f:metadata"]) && fieldsV1["f:metadata"]["f:annotations"];
  return isObject(annotations) && Object.hasOwn(annotations, `f:${Annotation.lastApplied}`);
}

/**
 * Returns the union of two field sets in the form of `fieldsV1`, such as `{"f:spec": {"f:replicas": {}}}`.
 */
function union(one: JsonObject, other: JsonObject): JsonObject {
  const fields = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const known = fields[key];
    fields[key] = isObject(known) && isObject(value) ? union(known, value) : value;
  }
  return fields;
}
