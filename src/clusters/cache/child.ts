/**
 * The compact record that a watch cache keeps of each child. A child is an object that kro created for an
 * instance.
 */
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
import { fieldsWithout, foreignLabels, type ParentLabel } from "../../reconcile/mod.ts";
import { fingerprint } from "../drift/fingerprint.ts";
import { type InstanceId, instanceOf } from "./instance_id.ts";
import type { Owner } from "./owners.ts";
import { readPart } from "./trim.ts";

/** The namespace and the name of an object, which identify the object within its kind. */
export interface ObjectKey {
  /** The namespace of the object; absent for cluster-scoped kinds. */
  namespace?: string;
  /** The name of the object. */
  name: string;
}

/**
 * The compact record of one child, which is an object that kro created for an instance. kro may cache tens of
 * thousands of children, so each field costs memory. Namespace and name are not fields of this type, because
 * the table stores the child under a key of namespace and name.
 */
export interface Child {
  /**
   * The labels of the child that identify its instance. Children with the same labels share one
   * {@link Owner}.
   */
  readonly owner: Owner;
  /** The value of the label `kro.run/node-id` of the child. */
  readonly node: string | undefined;
  /** The value of the annotation `internal.kro.run/apply-order` of the child. */
  readonly order: string | undefined;
  /** The UID of the child. */
  readonly uid: string;
  /** The resourceVersion of the newest state of the child that kro has received. */
  revision: string;
  /**
   * The resourceVersion that kro's own last write gave the child; undefined when kro has not written the
   * child since the process started.
   */
  ownRevision: string | undefined;
  /** The paths that CEL expressions read, such as `status.phase`. The field `part` contains their values. */
  reads: Reads;
  /**
   * The part of the object that CEL expressions read; undefined when expressions read nothing of the object.
   */
  part: JsonObject | undefined;
  /** The hash of kro's entry in `metadata.managedFields`; undefined when kro owns no field of the object. */
  readonly entryHash: string | undefined;
  /** The hash of the live values of the fields that kro owns; an empty string when kro owns no field. */
  readonly valuesHash: string;
  /** Whether kro owns fields of the object's `status`. */
  readonly ownsStatus: boolean;
  /** The fields that only few children have; undefined when the child has none of these fields. */
  rare: Rare | undefined;
}

/**
 * The fields that only few children have. The fields are stored apart from {@link Child}, because a field of
 * `Child` would cost memory in every child.
 */
export interface Rare {
  /**
   * The first managed-fields entry of the object, which names a client that wrote the object. Set only when
   * kro owns no field of the object.
   */
  writer?: ManagedFieldsEntry;
  /** The time at which the deletion of the object began, in RFC 3339 format. */
  deletionTimestamp?: string;
  /** The finalizers of the object. */
  finalizers?: string[];
  /**
   * The instances to which the object belonged according to its labels before another client edited the
   * labels.
   */
  formerOwners?: readonly InstanceId[];
  /**
   * Of the two labels that identify the instance (`part-of` and `kro.run/instance-id`), those that kro does
   * not own. Absent when kro owns both labels.
   */
  foreignLabels?: readonly ParentLabel[];
  /**
   * The paths of the fields that kro owns but that have no value in the live object, such as
   * `/spec/replicas`: the field is null or does not exist.
   */
  nulls?: readonly string[];
  /** Whether the object is nested too deeply or has too many values to be compared. */
  isIncomparable?: true;
  /**
   * Hashes of the object that kro applied last. Absent when {@link Child.valuesHash} is enough to decide
   * whether the object is applied.
   */
  applied?: AppliedState;
}

/** Short hashes of the desired object that kro applied last. */
export interface AppliedState {
  /** The hash of the desired object. Absent when {@link lastValues} is set. */
  desired?: string;
  /**
   * The hash of the desired object without its volatile fields, followed by the resourceVersions of the
   * objects that these fields depend on. Absent when the object has no volatile fields.
   */
  withoutVolatile?: string;
  /**
   * The value of {@link Child.valuesHash} before another field manager changed the object. Set only if kro
   * had stored no hash of the desired object.
   */
  lastValues?: string;
  /**
   * Whether the hashes of the child changed after the apply, because another field manager wrote kro's
   * fields.
   */
  drifted: boolean;
}

/**
 * Reduces an object from the API server to the compact record of a child. The record contains kro's own
 * metadata and the values at the paths `reads`.
 */
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
  const nulls = print && print.nulls.length > 0 ? print.nulls : undefined;
  const isIncomparable = print?.isIncomparable;
  const foreign = foreignLabels(object);
  const isRare = first || nulls || isIncomparable || deletionTimestamp || foreign.length > 0 ||
    (finalizers && finalizers.length > 0);
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
        nulls,
        isIncomparable,
        ...(foreign.length > 0 && { foreignLabels: foreign }),
      }
      : undefined,
  };
}

/** The maximum number of {@link Rare.formerOwners} that are kept for each child. */
const MAX_FORMER = 4;

/**
 * Returns the instances to requeue when the child changes: the instance that its labels identify now, and the
 * instances that its labels identified before another client edited them.
 */
export function ownersOf({ owner, rare }: Child): InstanceId[] {
  return distinct([...rare?.formerOwners ?? [], instanceOf(owner.labels) ?? []].flat());
}

/**
 * If another client has edited the labels of an object, the new record keeps the instances of the previous
 * record as former owners, until kro applies the object again. Without them, a change of the object would not
 * requeue the instance that created the object.
 */
export function keepOwners(old: Child | undefined, child: Child): void {
  if (old?.uid !== child.uid || (old.owner === child.owner && !old.rare?.formerOwners)) return;
  const now = instanceOf(child.owner.labels);
  const formerOwners = ownersOf(old).filter((one) => !now || textOf(one) !== textOf(now));
  if (formerOwners.length === 0) return;
  child.rare = { ...child.rare, formerOwners: formerOwners.slice(0, MAX_FORMER) };
}

/**
 * Returns the instances without duplicates. Two instances are equal only if all fields are equal. Comparing
 * only the UIDs is not enough: if a client edited only the label with the instance's name, the two identities
 * have the same UID but different names.
 */
export function distinct(instances: readonly InstanceId[]): InstanceId[] {
  return [...new Map(instances.map((instance) => [textOf(instance), instance])).values()];
}

function textOf({ group, version, kind, namespace, name, uid }: InstanceId): string {
  return JSON.stringify([group, version, kind, namespace, name, uid]);
}

const OWN_ENTRY: ManagedFieldsEntry = { manager: Manager.children, operation: "Apply" };

/**
 * Returns the managed-fields entry of an object that was rebuilt from its record: the entry of kro, or
 * {@link Rare.writer} if kro owns no field. If kro owns both labels that identify the instance, the entry of
 * kro contains no list of fields. Otherwise, it lists the labels that kro owns ({@link entryWithout}).
 */
function entryOf({ entryHash, rare }: Child): ManagedFieldsEntry | undefined {
  if (entryHash === undefined) return rare?.writer;
  return rare?.foreignLabels ? entryWithout(rare.foreignLabels) : OWN_ENTRY;
}

/**
 * Returns a managed-fields entry of kro that owns all labels that identify the instance, except the labels in
 * `foreign`.
 */
export function entryWithout(foreign: readonly ParentLabel[]): ManagedFieldsEntry {
  return { ...OWN_ENTRY, fieldsV1: fieldsWithout(foreign) };
}

/**
 * Returns the UID of the former instance of a child, if another client has edited both labels that identify
 * the instance. Returns undefined when kro still owns at least one of these labels.
 */
export function lostUid({ rare }: Child): string | undefined {
  return rare?.foreignLabels?.length === 2 ? rare.formerOwners?.[0]?.uid : undefined;
}

/**
 * Rebuilds an object from the compact record of a child. The object contains kro's own metadata and
 * everything that CEL expressions read.
 */
export function objectOf(kind: KindRef, key: string, child: Child): KubeObject {
  const { owner, node, order, uid, revision, rare } = child;
  const { metadata, ...rest } = (child.part ?? {}) as Partial<KubeObject>;
  const { namespace, name } = placeOf(key);
  const writer = entryOf(child);
  const labels = {
    ...metadata?.labels,
    ...owner.labels,
    ...(node !== undefined && { [Label.nodeId]: node }),
  };
  // The kept metadata is spread first, so that its keys stay in the order of the API server. An expression
  // that iterates the metadata sees this order.
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

/** Returns the key of an object in a table: `namespace/name`, or `/name` for cluster-scoped kinds. */
export function keyOf(at: { namespace?: string; name?: string }): string {
  return `${at.namespace ?? ""}/${at.name ?? ""}`;
}

/** Returns the namespace and the name that a key of {@link keyOf} was built from. */
export function placeOf(key: string): ObjectKey {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash) || undefined, name: key.slice(slash + 1) };
}
