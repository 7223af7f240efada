/** The CustomResourceDefinition that a graph generates: its owner, and its difference to the live one. Pure. */
import {
  Annotation,
  isObject,
  type JsonObject,
  type KubeObject,
  Label,
  Manager,
  type ResourceGraphDefinition,
  versionLabel,
} from "../api/mod.ts";
import { compareCrds, type CrdChange, type Graph } from "../graph/mod.ts";

/** True when kro generated the CRD: by the label `kro.run/owned`, or `managed-by: kro` of older releases. */
export function isOwned(crd: KubeObject): boolean {
  const labels = crd.metadata.labels ?? {};
  const owned = labels[Label.owned];
  return owned === undefined ? labels[Label.managedBy] === "kro" : owned === "true";
}

/** True when kro generated the CRD for an RGD of this name. The RGD may be deleted since. */
export function generatedFor(rgdName: string, crd: KubeObject): boolean {
  return ownerOf(crd) === rgdName;
}

/** Name of the RGD that the CRD was generated for; undefined for other CRDs, or without the label. */
export function ownerOf(crd: KubeObject): string | undefined {
  return isOwned(crd) ? crd.metadata.labels?.[Label.rgdName] : undefined;
}

/** Why the RGD may not write the CRD; undefined when it may. */
export function foreignOwner(rgd: ResourceGraphDefinition, crd: KubeObject): string | undefined {
  if (!isOwned(crd)) return "CRD already exists and is not owned by KRO";
  const owner = ownerOf(crd);
  if (owner === undefined || owner === rgd.metadata.name) return undefined;
  return `CRD is owned by another ResourceGraphDefinition ${owner}`;
}

/** The generated CRD with kro's labels, which override the author's. */
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

/** The differences of the live CRD to the desired one. The label of kro's version is not compared. */
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

/** True when the graph can serve with the live CRD, or with a CRD changed without breaking instances. */
export function fits(rgd: ResourceGraphDefinition, graph: Graph, live: KubeObject): boolean {
  return !foreignOwner(rgd, live) && !pendingChanges(rgd, graph, live).some((c) => c.breaking);
}

/** True when the RGD's annotation allows changes of the CRD that may break instances. */
export function allowsBreaking(rgd: ResourceGraphDefinition): boolean {
  return rgd.metadata.annotations?.[Annotation.allowBreakingChanges] === "true";
}

/** The merge patch from the live CRD to the desired one. Removes a name by an explicit null (RFC 7386). */
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

/** Metadata keys that kro wrote, according to managed fields, and that the graph no longer contains. */
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
