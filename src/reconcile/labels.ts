/** The labels and annotations by which kro knows what is whose. */
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

/** Where an object stands in its collection. */
export interface CollectionPlace {
  /** From 0. */
  index: number;
  /** How many there are. */
  size: number;
}

/** What is the same for all children of one instance. */
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

/** Items of collections with their labels: what an earlier pass made is mostly applied again as it was. */
const LABELLED = new WeakMap<KubeObject, KubeObject>();

/**
 * The desired object with kro's own labels and annotation over the template's. An existing child
 * keeps the version label that it has: a new release alone is no reason to write to every child.
 * An item of a collection belongs to one instance, node and place, for which it was made.
 */
export function labelled(
  object: KubeObject,
  node: Node,
  parent: ParentIdentity,
  place: CollectionPlace | undefined,
  live: KubeObject | undefined,
): KubeObject {
  const { instance, kind } = parent;
  const version = live?.metadata.labels?.[Label.kroVersion] || versionLabel(parent.version);
  const known = place && LABELLED.get(object);
  if (known && known.metadata.labels?.[Label.kroVersion] === version) return known;
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
  const desired = {
    ...object,
    apiVersion: apiVersionOf(node.kind),
    kind: node.kind.kind,
    metadata: { ...object.metadata, labels, annotations },
  };
  if (place) LABELLED.set(object, desired);
  return desired;
}

/** Labels of the instance whose absence or difference is worth a write. */
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

/** Labels that are only written along with something else. */
export function accompanyingLabels(context: PassContext): Record<string, string> {
  return {
    [Label.kroVersion]: versionLabel(context.version),
    [Label.controllerPodId]: context.podId,
    [Label.rgdNamespace]: "",
  };
}

/** True when kro's finalizer holds the object. */
export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/**
 * All that kro put on an instance and has to find there again, as one text to compare: somebody may
 * take the finalizer off or edit the inventory. Users' own labels and annotations are not in it.
 */
export function carriedText(instance: KubeObject): string {
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

/** True when the annotation asks to leave the instance's objects alone. */
export function isSuspended(instance: KubeObject): boolean {
  const value = instance.metadata.annotations?.[Annotation.reconcile]?.toLowerCase();
  return value === "suspended" || value === "disabled";
}
