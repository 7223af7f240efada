/** The compact record that the cache keeps of one child. */
import {
  Annotation,
  apiVersionOf,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  type ManagedFieldsEntry,
  Manager,
  type ObjectMeta,
} from "../../api/mod.ts";
import type { Reads } from "../../cel/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { fingerprint } from "../drift/fingerprint.ts";
import { type InstanceId, instanceOf } from "./instance_id.ts";
import type { Owner } from "./owners.ts";
import { readPart } from "./trim.ts";

/** Namespace and name of an object within its kind. */
export interface ObjectKey {
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  /** Its name. */
  name: string;
}

/**
 * One child. Each field costs memory in tens of thousands of children. Name and namespace are not fields:
 * they are the child's key in the table.
 */
export interface Child {
  /** The instance that it belongs to, with the labels that all of its children share. */
  readonly owner: Owner;
  /** Label `kro.run/node-id`. */
  readonly node: string | undefined;
  /** Annotation `internal.kro.run/apply-order`. */
  readonly order: string | undefined;
  /** UID. */
  readonly uid: string;
  /** The object's resourceVersion. */
  revision: string;
  /** The resourceVersion after kro's own last write to the object; undefined after a restart. */
  ownRevision: string | undefined;
  /** The paths that {@link part} holds. */
  reads: Reads;
  /** The part of the object that expressions read; undefined when they read nothing. */
  part: JsonObject | undefined;
  /** Hash of kro's managed-fields entry; undefined when kro owns no field. */
  readonly entryHash: string | undefined;
  /** Hash of the live values at kro's fields; empty when kro owns none. */
  readonly valuesHash: string;
  /** kro owns fields of `status`. */
  readonly ownsStatus: boolean;
  /** Fields that few children have. */
  rare: Rare | undefined;
}

/** Fields that few children have, kept out of {@link Child} to save memory. */
export interface Rare {
  /** The first managed-fields entry of an object in which kro has no entry. */
  writer?: ManagedFieldsEntry;
  /** When its deletion began, RFC 3339. */
  deletionTimestamp?: string;
  /** Its finalizers. */
  finalizers?: string[];
  /** The instances that earlier labels identified, before another manager edited them. */
  formerOwners?: readonly InstanceId[];
  /** The last apply, where the child's hashes do not imply it. */
  applied?: AppliedState;
}

/** Short hashes of the object that kro last applied. */
export interface AppliedState {
  /** Hash of the desired object; set where its values differ from the live ones. */
  desired?: string;
  /** Hash of the desired object without its volatile fields, and their basis; absent without such fields. */
  withoutVolatile?: string;
  /** {@link Child.valuesHash} before another manager changed the object. */
  lastValues?: string;
  /** The child's hashes changed after the apply: another manager wrote kro's fields. */
  drifted: boolean;
}

/** Reduces an object from the API server to a child that keeps the paths `reads`. */
export function childOf(
  object: KubeObject,
  owner: Owner,
  reads: Reads,
  schema: Schema | undefined,
): Child {
  const { uid = "", resourceVersion = "", labels, annotations, managedFields } = object.metadata;
  const print = fingerprint(object, schema);
  const first = print ? undefined : managedFields?.[0];
  const { deletionTimestamp, finalizers } = object.metadata;
  const isRare = first || deletionTimestamp || (finalizers && finalizers.length > 0);
  return {
    owner,
    node: labels?.[Label.nodeId],
    order: annotations?.[Annotation.applyOrder],
    uid,
    revision: resourceVersion,
    ownRevision: undefined,
    reads,
    part: readPart(object, reads),
    entryHash: print?.entryHash,
    valuesHash: print?.valuesHash ?? "",
    ownsStatus: print?.ownsStatus ?? false,
    rare: isRare
      ? {
        writer: first && { manager: first.manager, operation: first.operation },
        deletionTimestamp,
        finalizers,
      }
      : undefined,
  };
}

/** How many {@link Rare.formerOwners} are kept of a child. */
const MAX_FORMER = 4;

/** The instances to requeue when the child changes: the one that its labels identify, and the former ones. */
export function ownersOf({ owner, rare }: Child): InstanceId[] {
  return distinct([...rare?.formerOwners ?? [], instanceOf(owner.labels) ?? []].flat());
}

/**
 * Keeps the owners of an object whose labels another manager edited, until kro applies the object again: its
 * instance must still learn of drift, readiness and deletion.
 */
export function keepOwners(old: Child | undefined, child: Child): void {
  if (old?.uid !== child.uid || (old.owner === child.owner && !old.rare?.formerOwners)) return;
  const now = instanceOf(child.owner.labels);
  const formerOwners = ownersOf(old).filter((one) => !now || textOf(one) !== textOf(now));
  if (formerOwners.length === 0) return;
  child.rare = { ...child.rare, formerOwners: formerOwners.slice(0, MAX_FORMER) };
}

/** The instances without duplicates. A uid alone does not suffice: another label may have been edited. */
export function distinct(instances: readonly InstanceId[]): InstanceId[] {
  return [...new Map(instances.map((instance) => [textOf(instance), instance])).values()];
}

function textOf({ group, version, kind, namespace, name, uid }: InstanceId): string {
  return JSON.stringify([group, version, kind, namespace, name, uid]);
}

const OWN_ENTRY: ManagedFieldsEntry = { manager: Manager.children, operation: "Apply" };

/** Rebuilds an object from a child: kro's own metadata, and everything that expressions read. */
export function objectOf(kind: KindRef, key: string, child: Child): KubeObject {
  const { owner, node, order, uid, revision, entryHash, rare } = child;
  const { metadata, ...rest } = (child.part ?? {}) as Partial<KubeObject>;
  const { namespace, name } = placeOf(key);
  const writer = entryHash === undefined ? rare?.writer : OWN_ENTRY;
  const labels = {
    ...metadata?.labels,
    ...owner.labels,
    ...(node !== undefined && { [Label.nodeId]: node }),
  };
  // Spread first, so that metadata that an expression iterates keeps the API server's key order.
  const all: ObjectMeta = {
    ...metadata,
    name,
    uid,
    resourceVersion: revision,
    ...(namespace && { namespace }),
    ...(order !== undefined && {
      annotations: { ...metadata?.annotations, [Annotation.applyOrder]: order },
    }),
  };
  if (metadata?.labels || Object.keys(labels).length > 0) all.labels = labels;
  if (rare?.deletionTimestamp) all.deletionTimestamp = rare.deletionTimestamp;
  if (rare?.finalizers) all.finalizers = rare.finalizers;
  if (writer && !all.managedFields) all.managedFields = [writer];
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: all, ...rest };
}

/** The key of an object in a table: `namespace/name`, or `/name` for cluster-scoped kinds. */
export function keyOf(at: { namespace?: string; name?: string }): string {
  return `${at.namespace ?? ""}/${at.name ?? ""}`;
}

/** The inverse of {@link keyOf}. */
export function placeOf(key: string): ObjectKey {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash) || undefined, name: key.slice(slash + 1) };
}
