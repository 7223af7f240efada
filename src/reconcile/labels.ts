/** kro's labels and annotations on instances and on their objects. */
import {
  Annotation,
  apiVersionOf,
  FINALIZER,
  type KubeObject,
  Label,
  versionLabel,
} from "../api/mod.ts";
import type { Graph, InstanceKind, Node } from "../graph/mod.ts";
import type { PassContext } from "./context.ts";

/** The position of an item in its collection. */
export interface CollectionPlace {
  /** Index in the order of expansion, from 0. */
  index: number;
  /** Number of items. */
  size: number;
}

/** The instance as the parent of its objects, for their labels. */
export interface ParentIdentity {
  /** The kind of the instance. */
  kind: InstanceKind;
  /** The instance. */
  instance: KubeObject;
  /** Its ApplySet id. */
  applySetId: string;
  /** kro's version. */
  version: string;
}

/**
 * The value of an object's version label. A live object keeps its present one, so that a new release of
 * kro does not write to every object.
 */
export function versionOf(parent: ParentIdentity, live: KubeObject | undefined): string {
  return live?.metadata.labels?.[Label.kroVersion] || versionLabel(parent.version);
}

/** A copy of the resolved object with kro's labels and annotations, which override the template's. */
export function labelled(
  object: KubeObject,
  node: Node,
  parent: ParentIdentity,
  version: string,
  place: CollectionPlace | undefined,
): KubeObject {
  const { instance, kind } = parent;
  const labels: Record<string, string> = {
    ...object.metadata.labels,
    [Label.owned]: "true",
    [Label.kroVersion]: version,
    [Label.managedBy]: "kro",
    [Label.instanceId]: instance.metadata.uid ?? "",
    [Label.instanceName]: instance.metadata.name ?? "",
    [Label.instanceGroup]: kind.group,
    [Label.instanceVersion]: kind.version,
    [Label.instanceKind]: kind.kind,
    [Label.nodeId]: node.id,
    [Label.applySetPartOf]: parent.applySetId,
  };
  if (kind.namespaced) labels[Label.instanceNamespace] = instance.metadata.namespace ?? "";
  if (place) {
    labels[Label.collectionIndex] = String(place.index);
    labels[Label.collectionSize] = String(place.size);
  }
  const annotations = {
    ...object.metadata.annotations,
    [Annotation.applyOrder]: String(node.applyOrder),
  };
  return {
    ...object,
    apiVersion: apiVersionOf(node.kind),
    kind: node.kind.kind,
    metadata: { ...object.metadata, labels, annotations },
  };
}

/** The instance's labels that cause a patch when they are missing or differ. */
export function decisiveLabels(
  graph: Graph,
  applySet: string,
  context: PassContext,
): Record<string, string> {
  return {
    [Label.owned]: "true",
    [Label.rgdName]: graph.name,
    ...(context.rgdUid ? { [Label.rgdId]: context.rgdUid } : {}),
    [Label.applySetId]: applySet,
  };
}

/** The instance's labels that are written only in a patch that another change causes. */
export function accompanyingLabels(context: PassContext): Record<string, string> {
  return {
    [Label.kroVersion]: versionLabel(context.version),
    [Label.controllerPodId]: context.podId,
    [Label.rgdNamespace]: "",
  };
}

/** True when the object has kro's finalizer. */
export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/**
 * Serialises what kro writes to an instance's metadata: finalizer, labels and inventory. The result changes
 * when another client edits one of these; other labels and annotations are left out.
 */
export function managedMetadataText(instance: KubeObject): string {
  const { labels = {}, annotations = {} } = instance.metadata;
  return JSON.stringify([
    hasFinalizer(instance),
    ...CARRIED.labels.map((key) => labels[key]),
    ...CARRIED.annotations.map((key) => annotations[key]),
  ]);
}

const CARRIED = {
  labels: [Label.owned, Label.rgdName, Label.rgdId, Label.applySetId],
  annotations: [
    Annotation.tooling,
    Annotation.groupKinds,
    Annotation.namespaces,
    Annotation.inventoryHash,
  ],
};

/** True when the annotation `kro.run/reconcile` suspends the object: `suspended` or `disabled`. */
export function isSuspended(instance: KubeObject): boolean {
  const value = instance.metadata.annotations?.[Annotation.reconcile]?.toLowerCase();
  return value === "suspended" || value === "disabled";
}
