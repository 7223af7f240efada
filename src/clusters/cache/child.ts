/** One child as the cache keeps it: small, for there are many. */
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
import type { AppliedState } from "./applied_state.ts";
import type { Owner } from "./owners.ts";
import { readPart } from "./trim.ts";

/** See the file's first line. Name and namespace are its key in the store. */
export interface Child {
  /** Whose it is. */
  readonly owner: Owner;
  /** Label `kro.run/node-id`. */
  readonly node: string | undefined;
  /** Annotation `internal.kro.run/apply-order`. */
  readonly order: string | undefined;
  /** UID. */
  readonly uid: string;
  /** Resource version. */
  revision: string;
  /** The resource version that our own last write gave it; undefined after a restart. */
  written: string | undefined;
  /** What {@link part} was cut by. */
  reads: Reads;
  /** What expressions read of the object. */
  part: JsonObject | undefined;
  /** Hash of our managed-fields entry, taken of the whole object; undefined when we own nothing. */
  readonly entry: string | undefined;
  /** Hash of the live values at our fields; empty when we own nothing. */
  readonly values: string;
  /** We own fields of `status`. */
  readonly status: boolean;
  /** What few children have. */
  rare: Rare | undefined;
}

/** What few children have. */
export interface Rare {
  /** Somebody who wrote it, when we did not. */
  writer?: ManagedFieldsEntry;
  /** When it began to be deleted. */
  deletionTimestamp?: string;
  /** Who must be done before it goes. */
  finalizers?: string[];
  /** A desired object that holds although the live values are not those that it names. */
  settled?: AppliedState;
}

/** Cuts an object that came from the server down to a child. */
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
    written: undefined,
    reads,
    part: readPart(object, reads),
    entry: print?.entry,
    values: print?.values ?? "",
    status: print?.status ?? false,
    rare: isRare
      ? {
        writer: first && { manager: first.manager, operation: first.operation },
        deletionTimestamp,
        finalizers,
      }
      : undefined,
  };
}

const OURS: ManagedFieldsEntry = { manager: Manager.children, operation: "Apply" };

/** The child as an object of its kind: what kro needs, and all that expressions read. */
export function objectOf(kind: KindRef, key: string, child: Child): KubeObject {
  const { owner, node, order, uid, revision, entry, rare } = child;
  const { metadata, ...rest } = (child.part ?? {}) as Partial<KubeObject>;
  const slash = key.indexOf("/");
  const namespace = key.slice(0, slash);
  const writer = entry === undefined ? rare?.writer : OURS;
  const labels = {
    ...metadata?.labels,
    ...owner.labels,
    ...(node !== undefined && { [Label.nodeId]: node }),
  };
  // What was read comes first: the order of what is read whole is its own.
  const all: ObjectMeta = {
    ...metadata,
    name: key.slice(slash + 1),
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

/** A key of a store: `namespace/name`, or `/name`. */
export function keyOf(at: { namespace?: string; name?: string }): string {
  return `${at.namespace ?? ""}/${at.name ?? ""}`;
}
