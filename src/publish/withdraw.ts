/** Lets an RGD go that is being deleted: its instances and CRD when that is allowed, then itself. */
import {
  CRD_KIND,
  FINALIZER,
  isNotFound,
  isObject,
  type KindRef,
  KRO_GROUP,
  type KubeObject,
  Manager,
  type ResourceGraphDefinition,
  REVISION_KIND,
  RGD_KIND,
} from "../api/mod.ts";
import { plural } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { generatedFor } from "./generated_crd.ts";
import { releaseRevision } from "./revisions.ts";

/** What letting go needs. */
export interface WithdrawDeps {
  /** The cluster. */
  client: KubeClient;
  /** Delete the instances and then the generated CRD; otherwise both stay. */
  allowCrdDeletion?: boolean;
}

/** How far it came. */
export interface WithdrawResult {
  /** The finalizer is off: the RGD is gone, as far as kro is concerned. */
  released: boolean;
  /** Instances that must be gone first. */
  instancesLeft: KubeObject[];
}

/**
 * One step of deleting an RGD. While instances are left it only asks for their deletion, and is
 * called again; somebody reconciles them meanwhile. Nothing of it is left once it is released.
 * Instances and CRD stay when RGDs go only because their own CRD does, as when kro is uninstalled.
 */
export async function withdrawGraph(
  rgd: ResourceGraphDefinition,
  deps: WithdrawDeps,
): Promise<WithdrawResult> {
  if (deps.allowCrdDeletion && !await isUninstalled(deps.client)) {
    const instancesLeft = await removeKind(rgd, deps.client);
    if (instancesLeft.length > 0) return { released: false, instancesLeft };
  }
  const fieldSelector = `spec.snapshot.name=${rgd.metadata.name}`;
  const revisions = await deps.client.list(REVISION_KIND, { fieldSelector });
  for (const revision of revisions.items) await releaseRevision(deps.client, revision);
  await releaseRgd(rgd, deps.client);
  return { released: true, instancesLeft: [] };
}

/** What an RGD waits for that is to go after these instances. */
export function waitingText(instances: readonly KubeObject[]): string {
  const names = instances.map(({ metadata: { namespace, name } }) =>
    namespace ? `${namespace}/${name}` : name!
  ).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `waiting for instances to be gone: ${names.slice(0, 3).join(", ")}${more}`;
}

/** Name of the CRD that the RGD generates, when its schema says enough. */
export function crdNameOf(rgd: ResourceGraphDefinition): string | undefined {
  const schema = rgd.spec?.schema;
  return schema?.kind
    ? `${plural(schema.kind.toLowerCase())}.${schema.group ?? KRO_GROUP}`
    : undefined;
}

/** The kind that a CRD serves: its storage version. */
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

/** Deletes the instances and, when none is left, the CRD; answers what is left. */
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
    await deleted(client.delete(ref, { uid: metadata.uid, propagation: "Background" }));
  }
  if (items.length === 0) {
    await deleted(client.delete({ kind: CRD_KIND, name: name! }, { uid: crd.metadata.uid }));
  }
  return items;
}

async function releaseRgd(rgd: ResourceGraphDefinition, client: KubeClient): Promise<void> {
  const finalizers = rgd.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return;
  const rest = finalizers.filter((f) => f !== FINALIZER);
  const { name, resourceVersion } = rgd.metadata;
  const patch = { metadata: { finalizers: rest, resourceVersion } };
  const ref = { kind: RGD_KIND, name: name! };
  await deleted(client.mergePatch(ref, patch, { fieldManager: Manager.kro }));
}

async function deleted(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
