/** The children of one kind in memory, indexed by the labels that identify their instance. */
import { type KindRef, type KubeObject, Label } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions, type Listed } from "../../kube/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { carryOver } from "./applied_state.ts";
import {
  type Child,
  childOf,
  distinct,
  keyOf,
  type ObjectKey,
  objectOf,
  ownersOf,
  placeOf,
} from "./child.ts";
import { GraphReads, type InstanceKind, NO_READS } from "./graph_reads.ts";
import type { InstanceId } from "./instance_id.ts";
import { type IndexedLabel, type Owner, Owners } from "./owners.ts";
import { readPart } from "./trim.ts";
import { type View, Views } from "./views.ts";

/** The parts that the tables of all kinds share. */
export interface SharedParts {
  /** The paths that graphs read of their children. */
  reads: GraphReads;
  /** kro's labels on all children. */
  owners: Owners;
}

/** The cached children of one kind. Callers must not modify the returned objects. */
export interface ChildReader {
  /** The kind of its objects. */
  readonly kind: KindRef;
  /** The schema by which values are normalized for comparison. */
  readonly schema?: Schema;
  /** The number of cached objects. */
  readonly size: number;
  /** kro's own metadata and the parts that expressions of its graph read; undefined when not cached. */
  get(at: ObjectKey): KubeObject | undefined;
  /** The objects with the ApplySet's label, in one namespace or in all, sorted by namespace and name. */
  members(applySet: string, namespace?: string): KubeObject[];
  /** The objects of one node of one instance, sorted by namespace and name. */
  items(instanceUid: string, nodeId: string): KubeObject[];
  /** The resourceVersion after kro's own last write to the object; undefined after a restart. */
  writtenRevision(at: ObjectKey): string | undefined;
}

/** Holds the children of one kind, by key and by owner. {@link ChildStore} handles events and writes. */
export class ChildTable implements ChildReader {
  /** The kind of its objects. */
  readonly kind: KindRef;
  /** Replaced when the kind's definition changes. */
  schema?: Schema;
  readonly #shared: SharedParts;
  readonly #children = new Map<string, Child>();
  /** Keys by owner. A string instead of a set saves memory: most owners have one child of a kind. */
  readonly #members = new Map<Owner, string | Set<string>>();
  readonly #views = new Views();

  /** Creates an empty table. */
  constructor(
    kind: KindRef,
    shared: SharedParts = { reads: new GraphReads(), owners: new Owners() },
  ) {
    this.kind = kind;
    this.#shared = shared;
  }

  /** See {@link ChildReader.size}. */
  get size(): number {
    return this.#children.size;
  }

  /** See {@link ChildReader.get}. */
  get(at: ObjectKey): KubeObject | undefined {
    return this.object(keyOf(at));
  }

  /** See {@link ChildReader.members}. */
  members(applySet: string, namespace?: string): KubeObject[] {
    const keys = this.#labelled(Label.applySetPartOf, applySet);
    return this.#sorted(
      namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}/`)),
    );
  }

  /** See {@link ChildReader.items}. */
  items(instanceUid: string, nodeId: string): KubeObject[] {
    return this.#sorted(
      this.#labelled(Label.instanceId, instanceUid)
        .filter((key) => this.#children.get(key)!.node === nodeId),
    );
  }

  /** See {@link ChildReader.writtenRevision}. */
  writtenRevision(at: ObjectKey): string | undefined {
    return this.#children.get(keyOf(at))?.ownRevision;
  }

  /** All keys with their places. */
  *places(): Generator<[string, ObjectKey]> {
    for (const key of this.#children.keys()) yield [key, placeOf(key)];
  }

  /** The namespaces of all children. */
  namespaces(): Set<string> {
    const all = new Set<string>();
    for (const [, { namespace }] of this.places()) if (namespace) all.add(namespace);
    return all;
  }

  /**
   * Children missing from a relist: deleted while the watch was down. The reflector itself reports only the
   * deletion of objects that it listed or watched before, not of those cached from kro's own writes.
   */
  missingFrom(list: Listed): KubeObject[] {
    const { resourceVersion, namespace } = list;
    return [...this.#children].filter(([key, child]) => {
      const at = placeOf(key);
      const isCovered = namespace === undefined || at.namespace === namespace;
      return isCovered && !list.has(at) && compareRevisions(child.revision, resourceVersion) <= 0;
    }).map(([key]) => this.object(key)!);
  }

  /** The child at a key. */
  child(key: string): Child | undefined {
    return this.#children.get(key);
  }

  /** The child at a key as an object. */
  object(key: string): KubeObject | undefined {
    const child = this.#children.get(key);
    return child && this.view(key, child).object;
  }

  /** The cached view of a child. */
  view(key: string, child: Child): View {
    return this.#views.of(key, child, this.kind);
  }

  /** Stores an object, reduced to the paths that are read, in place of an earlier state. */
  put(key: string, object: KubeObject): Child {
    const old = this.#children.get(key);
    const { labels } = object.metadata;
    const owner = this.#shared.owners.join(labels);
    // An object that lost kro's labels names no graph: the paths that were read before are kept.
    const reads = this.#readsOf(owner, labels?.[Label.nodeId]) ?? old?.reads ?? NO_READS;
    const child = childOf(object, owner, reads, this.schema);
    const isUntouched = old?.uid === child.uid && carryOver(old, child);
    const identity = isUntouched ? this.#views.upToDateIdentityOf(key) : undefined;
    if (old) this.#leave(key, old);
    this.#children.set(key, child);
    if (identity !== undefined) this.view(key, child).upToDateIdentity = identity;
    const members = this.#members.get(owner);
    if (members === undefined) this.#members.set(owner, key);
    else if (typeof members !== "string") members.add(key);
    else this.#members.set(owner, new Set([members, key]));
    return child;
  }

  /** Removes a child and returns it; undefined when it is not cached. */
  remove(key: string): Child | undefined {
    const child = this.#children.get(key);
    if (!child) return undefined;
    this.#leave(key, child);
    this.#children.delete(key);
    return child;
  }

  /** Marks the child as being deleted since `time` (RFC 3339), unless it is marked already. */
  markDeleted(key: string, child: Child, time: string): void {
    child.rare = { ...child.rare, deletionTimestamp: child.rare?.deletionTimestamp ?? time };
    this.#views.forget(key);
  }

  /** The instances of children that are being deleted. */
  instancesOfDeleted(): InstanceId[] {
    const deleted = [...this.#children.values()].filter(({ rare }) => rare?.deletionTimestamp);
    return distinct(deleted.flatMap(ownersOf));
  }

  /** Removes all children. */
  clear(): void {
    for (const [key, child] of this.#children) this.#leave(key, child);
    this.#children.clear();
  }

  /** Whether a cached child of the graph lacks paths that the graph reads. */
  lacksReads(instances: InstanceKind): boolean {
    return this.#ofGraph(instances).some(([, child]) => {
      const reads = this.#readsOf(child.owner, child.node);
      return reads !== undefined && !coversReads(child.reads, reads);
    });
  }

  /** Drops paths of the graph's children that the graph no longer reads. */
  trim(instances: InstanceKind): void {
    for (const [key, child] of this.#ofGraph(instances)) {
      const reads = this.#readsOf(child.owner, child.node) ?? NO_READS;
      if (reads === child.reads || !coversReads(child.reads, reads)) continue;
      child.part = readPart(objectOf(this.kind, key, child), reads);
      child.reads = reads;
      this.#views.forget(key);
    }
  }

  #ofGraph({ group, kind }: InstanceKind): [string, Child][] {
    return [...this.#children].filter(([, { owner: { labels } }]) =>
      labels[Label.instanceGroup] === group && labels[Label.instanceKind] === kind
    );
  }

  #readsOf({ labels }: Owner, node: string | undefined): Reads | undefined {
    const group = labels[Label.instanceGroup];
    const kind = labels[Label.instanceKind];
    if (group === undefined || kind === undefined || node === undefined) return undefined;
    return this.#shared.reads.of({ group, kind }, node);
  }

  #leave(key: string, { owner }: Child): void {
    this.#views.forget(key);
    const members = this.#members.get(owner);
    if (typeof members === "string") this.#members.delete(owner);
    else if (members?.delete(key) && members.size === 0) this.#members.delete(owner);
    this.#shared.owners.leave(owner);
  }

  /** Keys of the children with this value of a label that {@link Owners} indexes. */
  #labelled(label: IndexedLabel, value: string): string[] {
    return this.#shared.owners.withLabel(label, value).flatMap((owner) => {
      const members = this.#members.get(owner) ?? [];
      return typeof members === "string" ? [members] : [...members];
    });
  }

  #sorted(keys: readonly string[]): KubeObject[] {
    return keys.map((key) => ({ place: key.replace("/", "\0"), object: this.object(key)! }))
      .sort((a, b) => compare(a.place, b.place))
      .map(({ object }) => object);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
