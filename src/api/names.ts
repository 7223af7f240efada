/**
 * Names of labels, annotations, finalizers and field managers. They equal upstream's, so that either program
 * can take over the objects of the other.
 */

/** The API group of ResourceGraphDefinition. */
export const KRO_GROUP = "kro.run";
/** The API group of GraphRevision. */
export const INTERNAL_GROUP = "internal.kro.run";
/** The version of both API groups. */
export const KRO_VERSION = "v1alpha1";

/** The finalizer of RGDs, GraphRevisions and instances. */
export const FINALIZER = "kro.run/finalizer";

/** Label keys on generated CRDs, GraphRevisions, instances and children. */
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

/** Annotation keys. */
export const Annotation = {
  tooling: "applyset.kubernetes.io/tooling",
  groupKinds: "applyset.kubernetes.io/contains-group-kinds",
  namespaces: "applyset.kubernetes.io/additional-namespaces",
  inventoryHash: "internal.kro.run/applyset-inventory-hash",
  applyOrder: "internal.kro.run/apply-order",
  reconcile: "kro.run/reconcile",
  allowBreakingChanges: "kro.run/allow-breaking-changes",
  /** Set by kubectl. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

/** Field managers. The API server derives `kro` from upstream's user agent, so both use it. */
export const Manager = {
  children: "kro.run/applyset",
  kro: "kro",
  /** For RGDs and instances that the command line applies on behalf of a user. */
  cli: "kro-cli",
} as const;

/** Prefixes of label and annotation keys that templates must not set. */
export const RESERVED_PREFIXES: readonly string[] = ["kro.run/", "internal.kro.run/"];

/** The name of the Lease that the leading controller holds. */
export const LEASE_NAME = "controller.kro.run";
