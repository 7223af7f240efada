/** The CustomResourceDefinition that a graph generates, in the cluster: owner, compatibility, update. */
import {
  Annotation,
  apiVersionOf,
  CRD_KIND,
  isObject,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  Manager,
  type ResourceGraphDefinition,
  RGD_KIND,
  versionLabel,
} from "../api/mod.ts";
import { compareCrds, type CrdChange, type Graph } from "../graph/mod.ts";
import { isServed, type KubeClient, waitEstablished } from "../kube/mod.ts";

/** What the functions of this file need. */
export interface CrdDeps {
  /** The cluster. */
  client: KubeClient;
  /** Version for the label `kro.run/kro-version`. */
  version: string;
  /** Ends the wait for the kind to be served. */
  signal?: AbortSignal;
  /** The kind in whose place this one would stand: not a CRD's, of the same group and kind or plural. */
  taken?: (kind: KindRef) => Promise<KindRef | undefined>;
}

/** The API server would have taken it, but kro does not make this change to a CRD. */
export class CrdRefused extends Error {
  /** Always `CrdRefused`. */
  override readonly name = "CrdRefused";
}

const writer = { fieldManager: Manager.kro };

/** The live CRD of a graph, if it is there. */
export async function liveCrd(graph: Graph, client: KubeClient): Promise<KubeObject | undefined> {
  return await client.get({ kind: CRD_KIND, name: graph.crd.metadata.name! });
}

/**
 * Makes the live CRD what the graph wants and waits until its kind is served. Throws
 * {@link CrdRefused} when it is somebody else's, or when the change breaks instances and the RGD
 * does not allow that.
 */
export async function ensureCrd(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  live: KubeObject | undefined,
  deps: CrdDeps,
): Promise<KubeObject> {
  const name = graph.crd.metadata.name!;
  if (!live) {
    const other = await deps.taken?.(graph.instance);
    if (other) throw new CrdRefused(takenText(graph.instance, other));
    const desired = desiredCrd(rgd, graph, deps.version);
    return await served(await deps.client.create(CRD_KIND, desired, writer), deps);
  }
  const foreign = foreignOwner(rgd, live);
  if (foreign) {
    const advice = await takeoverAdvice(rgd, live, deps.client);
    throw new CrdRefused(`failed to update CRD ${name}: ${foreign}${advice}`);
  }
  if (live.metadata.deletionTimestamp) {
    throw new CrdRefused(
      `CRD ${name} is being deleted; it is made anew once its instances are gone`,
    );
  }
  const changes = pendingChanges(rgd, graph, live);
  const breaking = changes.filter((c) => c.breaking);
  if (breaking.length > 0 && !allowsBreaking(rgd)) {
    throw new CrdRefused(refusal(name, breaking));
  }
  if (changes.length === 0) return await served(live, deps);
  const patch = crdPatch(desiredCrd(rgd, graph, deps.version), live);
  return await served(await deps.client.mergePatch({ kind: CRD_KIND, name }, patch, writer), deps);
}

/** The CRD once its kind is served. */
async function served(crd: KubeObject, deps: CrdDeps): Promise<KubeObject> {
  if (isServed(crd)) return crd;
  return await waitEstablished(deps.client, crd.metadata.name!, deps.signal);
}

/** True when a graph can serve behind the live CRD: nothing that it needs would break. */
export function fits(rgd: ResourceGraphDefinition, graph: Graph, live: KubeObject): boolean {
  return !foreignOwner(rgd, live) && !pendingChanges(rgd, graph, live).some((c) => c.breaking);
}

/** True when the CRD was generated for an RGD of this name. */
export function generatedFor(rgdName: string, crd: KubeObject): boolean {
  return isOwned(crd) && crd.metadata.labels?.[Label.rgdName] === rgdName;
}

/** True when kro generated the CRD. */
export function isOwned(crd: KubeObject): boolean {
  const labels = crd.metadata.labels ?? {};
  const owned = labels[Label.owned];
  return owned === undefined ? labels[Label.managedBy] === "kro" : owned === "true";
}

/** The generated CRD with kro's own labels over the author's. */
function desiredCrd(rgd: ResourceGraphDefinition, graph: Graph, version: string): KubeObject {
  const labels = {
    ...graph.crd.metadata.labels,
    [Label.owned]: "true",
    [Label.kroVersion]: versionLabel(version),
    [Label.rgdId]: rgd.metadata.uid!,
    [Label.rgdName]: rgd.metadata.name!,
  };
  return { ...graph.crd, metadata: { ...graph.crd.metadata, labels } };
}

/** What differs; another version of kro alone is no reason to write. */
function pendingChanges(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  live: KubeObject,
): CrdChange[] {
  const desired = desiredCrd(rgd, graph, "");
  const left = leftBehind(live, desired);
  return [
    ...compareCrds(live, desired).filter((c) => !c.path.includes(Label.kroVersion)),
    ...METADATA.flatMap((field) =>
      left[field].map((key) => ({
        path: `metadata.${field}["${key}"]`,
        text: `Metadata was removed: ${key}`,
        breaking: false,
      }))
    ),
  ];
}

const METADATA = ["labels", "annotations"] as const;

/** Keys that the graph had and has no more: those that kro wrote, by the managed fields. */
function leftBehind(
  live: KubeObject,
  desired: KubeObject,
): Record<typeof METADATA[number], string[]> {
  const ours = (live.metadata.managedFields ?? [])
    .filter((entry) => entry.manager === Manager.kro && !entry.subresource)
    .map((entry) => entry.fieldsV1?.["f:metadata"]);
  const keys = (field: typeof METADATA[number]) =>
    ours.flatMap((owned) => {
      const fields = isObject(owned) ? owned[`f:${field}`] : undefined;
      return isObject(fields) ? Object.keys(fields) : [];
    }).filter((key) => key.startsWith("f:")).map((key) => key.slice(2))
      .filter((key) => desired.metadata[field]?.[key] === undefined);
  return { labels: keys("labels"), annotations: keys("annotations") };
}

function foreignOwner(rgd: ResourceGraphDefinition, crd: KubeObject): string | undefined {
  if (!isOwned(crd)) return "CRD already exists and is not owned by KRO";
  const owner = crd.metadata.labels?.[Label.rgdName];
  if (owner === undefined || owner === rgd.metadata.name) return undefined;
  return `CRD is owned by another ResourceGraphDefinition ${owner}`;
}

/** What to do about a CRD that outlived its RGD; empty while that is there, or when there is none. */
async function takeoverAdvice(
  rgd: ResourceGraphDefinition,
  crd: KubeObject,
  client: KubeClient,
): Promise<string> {
  const owner = isOwned(crd) ? crd.metadata.labels?.[Label.rgdName] : undefined;
  if (owner === undefined || await client.get({ kind: RGD_KIND, name: owner })) return "";
  return `, which is gone. To take over the CRD with its instances, label it ` +
    `${Label.rgdName}=${rgd.metadata.name}`;
}

function takenText(kind: KindRef, other: KindRef): string {
  return `kind ${kind.kind} cannot be made: the API server has ${other.plural} of ` +
    `${apiVersionOf(other)} (kind ${other.kind}) of its own; choose another group or kind`;
}

function allowsBreaking(rgd: ResourceGraphDefinition): boolean {
  return rgd.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}

function refusal(name: string, breaking: readonly CrdChange[]): string {
  const changes = breaking.map((c) => `${c.text} (${c.path})`).join("; ");
  return `cannot update CRD ${name}: breaking changes detected: ${changes}. To update it all the ` +
    `same, annotate the ResourceGraphDefinition with ${Annotation.allowBreakingChanges}=true`;
}

/** A merge patch removes a name only by an explicit null. */
function crdPatch(desired: KubeObject, live: KubeObject): JsonObject {
  const spec = isObject(desired.spec) ? desired.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  const left = leftBehind(live, desired);
  const [labels, annotations] = METADATA.map((field) => ({
    ...Object.fromEntries(left[field].map((key) => [key, null])),
    ...desired.metadata[field],
  }));
  return {
    metadata: { labels, annotations, resourceVersion: live.metadata.resourceVersion },
    spec: {
      group: spec.group,
      scope: spec.scope,
      versions: spec.versions,
      names: {
        ...names,
        shortNames: names.shortNames ?? null,
        categories: names.categories ?? null,
      },
    },
  };
}
