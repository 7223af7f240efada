/** The labels and annotations that kro writes to instances and to the objects of instances. */
import {
  Annotation,
  apiVersionOf,
  FINALIZER,
  type KindRef,
  type KubeObject,
  Label,
  versionLabel,
} from "../api/mod.ts";
import type { Graph, InstanceKind, Node } from "../graph/mod.ts";
import type { PassContext } from "./context.ts";

/** The position of an object in its collection. */
export interface CollectionPlace {
  /** The index of the object in its collection, starting at 0. */
  index: number;
  /** The number of objects in the collection. */
  size: number;
}

/** The properties of an instance that appear in the labels of its objects. */
export interface ParentIdentity {
  /** The kind of the instance. */
  kind: InstanceKind;
  /** The instance that owns the objects. */
  instance: KubeObject;
  /** The id of the instance's ApplySet. */
  applySetId: string;
  /** The version of kro. */
  version: string;
}

/**
 * Returns the value of an object's label `kro.run/kro-version`. A live object keeps its present value, so
 * that an upgrade of kro does not write to every object.
 */
export function versionOf(parent: ParentIdentity, live: KubeObject | undefined): string {
  return live?.metadata.labels?.[Label.kroVersion] || versionLabel(parent.version);
}

/**
 * Returns a copy of the object with kro's labels and annotations. A label of kro overrides a label of the
 * same key in the template.
 */
export function labeled(
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

/** The maximum length of the value of a label, in characters. */
const LABEL_LENGTH = 63;

/**
 * Returns the reason why no object of the instance can have kro's labels: the name or the API group of the
 * instance is too long for the value of a label. Returns undefined when both values are short enough.
 */
export function labelsFault({ kind, instance }: ParentIdentity): string | undefined {
  const { name = "" } = instance.metadata;
  const values = [
    { what: "name", value: name, label: Label.instanceName },
    { what: "API group", value: kind.group, label: Label.instanceGroup },
  ];
  const long = values.find(({ value }) => value.length > LABEL_LENGTH);
  if (!long) return undefined;
  return `the ${long.what} of the instance has ${long.value.length} characters, but is also the value of ` +
    `the label ${long.label}, which holds at most ${LABEL_LENGTH}; use a shorter ${long.what}`;
}

/**
 * Returns the labels that an instance must have at all times. If one of these labels is missing or has
 * another value, kro patches the instance.
 */
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

/**
 * Returns the labels that do not have to be up to date at all times. kro writes these labels to an instance
 * only when it patches the instance for another reason.
 */
export function accompanyingLabels(context: PassContext): Record<string, string> {
  return {
    [Label.kroVersion]: versionLabel(context.version),
    [Label.controllerPodId]: context.podId,
    [Label.rgdNamespace]: "",
  };
}

/**
 * Reports whether the labels of an object name the instance. A watch event of the object requeues the
 * instance only if the labels name the instance.
 */
export function namesInstance(
  object: KubeObject,
  kind: KindRef,
  { metadata: { uid, namespace, name } }: KubeObject,
): boolean {
  const { labels = {} } = object.metadata;
  return labels[Label.instanceId] === uid && labels[Label.instanceName] === name &&
    (!kind.namespaced || labels[Label.instanceNamespace] === namespace) &&
    labels[Label.instanceKind] === kind.kind && labels[Label.instanceGroup] === kind.group &&
    Boolean(labels[Label.instanceVersion]);
}

/** Reports whether the object has kro's finalizer. */
export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/**
 * Returns a string of everything that kro writes to the metadata of an instance: finalizer, labels and
 * inventory. The string changes when another client edits one of these values. Other labels and annotations
 * do not affect the string.
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

/**
 * Reports whether the annotation `kro.run/reconcile` suspends the object. An object is suspended by the
 * values `suspended` and `disabled`.
 */
export function isSuspended(instance: KubeObject): boolean {
  const value = instance.metadata.annotations?.[Annotation.reconcile]?.toLowerCase();
  return value === "suspended" || value === "disabled";
}
