/**
 * The names of kro's labels, annotations, finalizers and field managers. The names equal those of upstream
 * kro, so that kro and upstream kro can take over each other's objects.
 */

/** The API group of the kind ResourceGraphDefinition. */
export const KRO_GROUP = "kro.run";
/** The API group of the kind GraphRevision. */
export const INTERNAL_GROUP = "internal.kro.run";
/** The API version of ResourceGraphDefinition and GraphRevision. */
export const KRO_VERSION = "v1alpha1";

/** The finalizer that kro sets on ResourceGraphDefinitions, GraphRevisions and instances. */
export const FINALIZER = "kro.run/finalizer";

/**
 * The keys of the labels that kro sets on generated CRDs, GraphRevisions, instances and the objects of
 * instances.
 */
export const Label = {
  owned: "kro.run/owned",
  kroVersion: "kro.run/kro-version",
  rgdId: "kro.run/resource-graph-definition-id",
  rgdName: "kro.run/resource-graph-definition-name",
  rgdNamespace: "kro.run/resource-graph-definition-namespace",
  controllerPodId: "kro.run/controller-pod-id",
  revisionHash: "kro.run/graph-revision-hash",
  instanceId: "kro.run/instance-id",
  instanceName: "kro.run/instance-name",
  instanceNamespace: "kro.run/instance-namespace",
  instanceGroup: "kro.run/instance-group",
  instanceVersion: "kro.run/instance-version",
  instanceKind: "kro.run/instance-kind",
  nodeId: "kro.run/node-id",
  collectionIndex: "kro.run/collection-index",
  collectionSize: "kro.run/collection-size",
  managedBy: "app.kubernetes.io/managed-by",
  applySetId: "applyset.kubernetes.io/id",
  applySetPartOf: "applyset.kubernetes.io/part-of",
} as const;

/**
 * kro sets the labels with these keys on each object of an instance. Together, the values identify the
 * instance.
 */
export const INSTANCE_LABELS = [
  Label.instanceGroup,
  Label.instanceVersion,
  Label.instanceKind,
  Label.instanceNamespace,
  Label.instanceName,
  Label.instanceId,
] as const;

/** The keys of the annotations that kro reads or sets. */
export const Annotation = {
  tooling: "applyset.kubernetes.io/tooling",
  groupKinds: "applyset.kubernetes.io/contains-group-kinds",
  namespaces: "applyset.kubernetes.io/additional-namespaces",
  inventoryHash: "internal.kro.run/applyset-inventory-hash",
  applyOrder: "internal.kro.run/apply-order",
  reconcile: "kro.run/reconcile",
  allowBreakingChanges: "kro.run/allow-breaking-changes",
  /** The annotation in which `kubectl apply` stores the applied object. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

/**
 * The names of kro's field managers. Upstream kro names no field manager in some requests. The API server
 * then takes the name `kro` from the user agent of upstream kro. This program names `kro` as the field
 * manager in the same requests.
 */
export const Manager = {
  children: "kro.run/applyset",
  kro: "kro",
  /**
   * The field manager of ResourceGraphDefinitions and instances that kro's command line applies on behalf of
   * a user.
   */
  cli: "kro-cli",
} as const;

/**
 * The prefixes of label and annotation keys that are reserved for kro. Templates must not set keys with
 * these prefixes.
 */
export const RESERVED_PREFIXES: readonly string[] = ["kro.run/", "internal.kro.run/"];

/** The name of the Lease that the active controller holds; other replicas wait for this Lease. */
export const LEASE_NAME = "controller.kro.run";
