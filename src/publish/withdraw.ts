/**
 * Withdraws an RGD that is being deleted. If the deletion of CRDs is allowed, the instances and the CRD of
 * the RGD are deleted first. Then kro's finalizer is removed from the RGD.
 */
import {
  CRD_KIND,
  isObject,
  type KindRef,
  KRO_GROUP,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { plural } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { generatedFor } from "./generated_crd.ts";
import { asKro, unlessGone } from "./requests.ts";
import { listRevisions, releaseRevision } from "./revisions.ts";
import { finalizerRemoval, guarded } from "./writes.ts";

/** The dependencies of withdrawing an RGD. */
export interface WithdrawDeps {
  /** The client of the cluster. */
  client: KubeClient;
  /**
   * Whether to delete the RGD's instances and then its generated CRD. By default instances and CRD are
   * kept.
   */
  allowCrdDeletion?: boolean;
}

/** The progress of the deletion of an RGD. */
export interface WithdrawResult {
  /** Whether kro's finalizer has been removed from the RGD, so that the API server can delete the RGD. */
  released: boolean;
  /** The instances that still exist. kro removes its finalizer from the RGD only after they are gone. */
  instancesLeft: KubeObject[];
}

/**
 * Makes one step of deleting an RGD.
 *
 * While instances exist, the step deletes the instances and ends. An instance controller then removes the
 * objects of these instances, and the caller makes the next step. Once all instances are gone, the step
 * deletes the CRD and removes kro's finalizer from the revisions and the RGD.
 *
 * Without `allowCrdDeletion`, the step keeps the instances and the CRD, and only removes the finalizers. The
 * step does the same while kro is being uninstalled: kro's own CRD of ResourceGraphDefinitions is then absent
 * or being deleted. Rejects with ApiError when a request fails.
 *
 * @example
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import { waitingText, withdrawGraph } from "./mod.ts";
 *
 * async function step(rgd: ResourceGraphDefinition, client: KubeClient): Promise<boolean> {
 *   const deps = { client, allowCrdDeletion: true };
 *   const { released, instancesLeft } = await withdrawGraph(rgd, deps);
 *   if (!released) console.log(waitingText(instancesLeft));
 *   return released;
 * }
 * ```
 */
export async function withdrawGraph(
  rgd: ResourceGraphDefinition,
  deps: WithdrawDeps,
): Promise<WithdrawResult> {
  if (deps.allowCrdDeletion && !await isUninstalled(deps.client)) {
    const instancesLeft = await removeKind(rgd, deps.client);
    if (instancesLeft.length > 0) return { released: false, instancesLeft };
  }
  const revisions = await listRevisions(rgd, deps.client);
  for (const revision of revisions) await releaseRevision(deps.client, revision);
  await releaseRgd(rgd, deps.client);
  return { released: true, instancesLeft: [] };
}

/**
 * Returns the message of the RGD's condition KindReady while the deletion of the RGD waits until `instances`
 * no longer exist. The message names up to three instances.
 */
export function waitingText(instances: readonly KubeObject[]): string {
  const names = instances.map(({ metadata: { namespace, name } }) =>
    namespace ? `${namespace}/${name}` : name!
  ).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `waiting for instances to be gone: ${names.slice(0, 3).join(", ")}${more}`;
}

/** Returns the name of the CRD that the RGD generates; undefined when the RGD's schema names no kind. */
export function crdNameOf(rgd: ResourceGraphDefinition): string | undefined {
  const schema = rgd.spec?.schema;
  return schema?.kind
    ? `${plural(schema.kind.toLowerCase())}.${schema.group ?? KRO_GROUP}`
    : undefined;
}

/**
 * Returns the kind that a CRD defines, in the storage version of the CRD; undefined when the CRD is
 * malformed.
 */
export function kindOfCrd(crd: KubeObject): KindRef | undefined {
  const spec = isObject(crd.spec) ? crd.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
  const version = versions.find((v) => v.storage)?.name;
  const { kind, plural } = names;
  if (typeof version !== "string" || typeof kind !== "string" || typeof plural !== "string") {
    return undefined;
  }
  return { group: String(spec.group), version, kind, plural, namespaced: spec.scope !== "Cluster" };
}

async function isUninstalled(client: KubeClient): Promise<boolean> {
  const name = `${RGD_KIND.plural}.${RGD_KIND.group}`;
  const crd = await client.get({ kind: CRD_KIND, name });
  return !crd || crd.metadata.deletionTimestamp !== undefined;
}

/**
 * Deletes the instances of the RGD's kind, or the CRD when no instance exists. Returns the instances that
 * still exist.
 */
async function removeKind(
  rgd: ResourceGraphDefinition,
  client: KubeClient,
): Promise<KubeObject[]> {
  const name = crdNameOf(rgd);
  const crd = name && await client.get({ kind: CRD_KIND, name });
  if (!crd || !generatedFor(rgd.metadata.name!, crd)) return [];
  const kind = kindOfCrd(crd);
  const { items } = kind ? await client.list(kind, { metadataOnly: true }) : { items: [] };
  for (const { metadata } of items.filter((i) => !i.metadata.deletionTimestamp)) {
    const ref = { kind: kind!, namespace: metadata.namespace, name: metadata.name! };
    await unlessGone(client.delete(ref, { uid: metadata.uid, propagation: "Background" }));
  }
  if (items.length === 0) {
    await unlessGone(client.delete({ kind: CRD_KIND, name: name! }, { uid: crd.metadata.uid }));
  }
  return items;
}

async function releaseRgd(rgd: ResourceGraphDefinition, client: KubeClient): Promise<void> {
  const patch = finalizerRemoval(rgd);
  if (!patch) return;
  const { name, resourceVersion } = rgd.metadata;
  const ref = { kind: RGD_KIND, name: name! };
  await unlessGone(client.mergePatch(ref, guarded(patch, resourceVersion), asKro));
}
