/**
 * The CustomResourceDefinition that kro generates from a graph: which RGD owns it, and how it differs from
 * the live CRD. These functions send no request.
 */
import {
  Annotation,
  isObject,
  type JsonObject,
  type KindRef,
  KRO_GROUP,
  type KubeObject,
  Label,
  Manager,
  type ResourceGraphDefinition,
  versionLabel,
} from "../api/mod.ts";
import { compareCrds, type CrdChange, type Graph, plural } from "../graph/mod.ts";

/**
 * Reports whether kro generated the CRD. CRDs that older kro releases generated have the label
 * `managed-by: kro` instead of the label `kro.run/owned`.
 */
export function isOwned(crd: KubeObject): boolean {
  const labels = crd.metadata.labels ?? {};
  const owned = labels[Label.owned];
  return owned === undefined ? labels[Label.managedBy] === "kro" : owned === "true";
}

/**
 * Reports whether kro generated the CRD for an RGD of this name. The RGD may have been deleted since then.
 */
export function generatedFor(rgdName: string, crd: KubeObject): boolean {
  return ownerOf(crd) === rgdName;
}

/**
 * Returns the name of the RGD that the CRD was generated for. Returns undefined when kro did not generate
 * the CRD or the CRD has no label with an RGD's name.
 */
export function ownerOf(crd: KubeObject): string | undefined {
  return isOwned(crd) ? crd.metadata.labels?.[Label.rgdName] : undefined;
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

/** Returns the reason why the RGD may not write the CRD, or undefined when the RGD may write the CRD. */
export function foreignOwner(rgd: ResourceGraphDefinition, crd: KubeObject): string | undefined {
  if (!isOwned(crd)) return "CRD already exists and is not owned by KRO";
  const owner = ownerOf(crd);
  if (owner === undefined || owner === rgd.metadata.name) return undefined;
  return `CRD is owned by another ResourceGraphDefinition ${owner}`;
}

/**
 * Returns the CRD that kro generates from the graph, with kro's labels. A label of kro overrides a label of
 * the same key in the RGD.
 */
export function desiredCrd(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  version: string,
): KubeObject {
  const labels = {
    ...graph.crd.metadata.labels,
    [Label.owned]: "true",
    [Label.kroVersion]: versionLabel(version),
    [Label.rgdId]: rgd.metadata.uid!,
    [Label.rgdName]: rgd.metadata.name!,
  };
  return { ...graph.crd, metadata: { ...graph.crd.metadata, labels } };
}

/**
 * Returns the differences between the live CRD and the desired CRD. The label with kro's version is not
 * compared, so an upgrade of kro alone changes no CRD.
 */
export function pendingChanges(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  live: KubeObject,
): CrdChange[] {
  const desired = desiredCrd(rgd, graph, "");
  const stale = staleMetadata(live, desired);
  return [
    ...compareCrds(live, desired).filter((c) => !c.path.includes(Label.kroVersion)),
    ...METADATA.flatMap((field) =>
      stale[field].map((key) => ({
        path: `metadata.${field}["${key}"]`,
        text: `Metadata was removed: ${key}`,
        breaking: false,
      }))
    ),
  ];
}

/**
 * Returns the changes of the live CRD that the graph needs. Returns undefined if the graph cannot be served with
 * the live CRD, because the CRD has another owner or a change breaks instances.
 */
export function fittingChanges(
  rgd: ResourceGraphDefinition,
  graph: Graph,
  live: KubeObject,
): CrdChange[] | undefined {
  if (foreignOwner(rgd, live)) return undefined;
  const changes = pendingChanges(rgd, graph, live);
  return changes.some((c) => c.breaking) ? undefined : changes;
}

/** Reports whether an annotation of the RGD allows changes of the CRD that may break instances. */
export function allowsBreaking(rgd: ResourceGraphDefinition): boolean {
  return rgd.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}

/**
 * Returns the merge patch that turns the live CRD into the desired CRD. In a merge patch (RFC 7386) an
 * explicit null removes a field.
 */
export function crdPatch(desired: KubeObject, live: KubeObject): JsonObject {
  const spec = isObject(desired.spec) ? desired.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  const stale = staleMetadata(live, desired);
  const [labels, annotations] = METADATA.map((field) => ({
    ...Object.fromEntries(stale[field].map((key) => [key, null])),
    ...desired.metadata[field],
  }));
  return {
    metadata: { labels, annotations },
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

const METADATA = ["labels", "annotations"] as const;

/**
 * Returns the keys of labels and annotations that kro wrote to the live CRD and that the desired CRD no
 * longer has. The managed fields of the live CRD show which keys kro wrote.
 */
function staleMetadata(
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
