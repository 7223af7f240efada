/** Releases an RGD that is being deleted: first its instances and CRD when that is allowed, then itself. */
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

/** What withdrawing an RGD needs. */
export interface WithdrawDeps {
  /** The cluster. */
  client: KubeClient;
  /** Delete the instances and then the generated CRD; otherwise both stay. */
  allowCrdDeletion?: boolean;
}

/** How far the deletion of an RGD has come. */
export interface WithdrawResult {
  /** True once kro's finalizer is off the RGD. */
  released: boolean;
  /** Instances that must be gone first. */
  instancesLeft: KubeObject[];
}

/**
 * One step of deleting an RGD. While instances are left it only asks for their deletion, and the caller
 * calls it again while a controller removes their objects. Once none is left, it takes kro's finalizer off
 * the revisions and off the RGD. When kro's own CRD of RGDs is gone or being deleted, as when kro is
 * uninstalled, instances and CRD stay. Rejects with ApiError.
 *
 * @example
 * ```ts
 * const { released, instancesLeft } = await withdrawGraph(rgd, { client, allowCrdDeletion: true });
 * if (!released) console.log(waitingText(instancesLeft));
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

/** The condition's message while the deletion of an RGD waits for these instances; names three of them. */
export function waitingText(instances: readonly KubeObject[]): string {
  const names = instances.map(({ metadata: { namespace, name } }) =>
    namespace ? `${namespace}/${name}` : name!
  ).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `waiting for instances to be gone: ${names.slice(0, 3).join(", ")}${more}`;
}

/** Name of the CRD that the RGD generates; undefined while its schema names no kind. */
export function crdNameOf(rgd: ResourceGraphDefinition): string | undefined {
  const schema = rgd.spec?.schema;
  return schema?.kind
    ? `${plural(schema.kind.toLowerCase())}.${schema.group ?? KRO_GROUP}`
    : undefined;
}

/** The kind of a CRD in its storage version; undefined when the CRD is malformed. */
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

/** Deletes the instances and, when none is left, the CRD; returns the instances that are left. */
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
