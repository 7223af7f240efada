/**
 * The cached children of one kind, indexed by the labels that identify the instance of each child. A child is
 * an object that kro created for an instance.
 */
import { type KindRef, type KubeObject, Label } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions, type Listed } from "../../kube/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { carryOver } from "./applied_state.ts";
import {
  type Child,
  childOf,
  distinct,
  entryWithout,
  keepOwners,
  keyOf,
  lostUid,
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

/**
 * Called with a live object that another client has made too deep or too large for kro to compare. The object
 * counts as different from every desired object.
 */
export type IncomparableListener = (kind: KindRef, at: ObjectKey) => void;

/**
 * The managed-fields entry of an object that {@link ChildTable.members} returns although another client
 * edited its labels. In this entry, kro owns the label `kro.run/instance-id`, but not the label `part-of`.
 */
const UID_ENTRY = entryWithout([Label.applySetPartOf]);

/** The data that the tables of all kinds share. */
export interface SharedParts {
  /** The paths of child objects that the CEL expressions of each graph read. */
  reads: GraphReads;
  /** The labels that kro sets on children, stored once for all children of an instance. */
  owners: Owners;
  /**
   * Called when a child becomes too deep or too large to be compared. Called again for the same child only if
   * the child was comparable in between.
   */
  onIncomparable?: IncomparableListener;
}

/** Read access to the cached children of one kind. Callers must not modify the returned objects. */
export interface ChildReader {
  /** The kind of the cached objects. */
  readonly kind: KindRef;
  /** The schema of the kind. Values are normalized with the schema before they are compared. */
  readonly schema?: Schema;
  /** The number of cached objects. */
  readonly size: number;
  /**
   * Returns a cached object; undefined when the object is not cached. The object contains kro's own metadata
   * and the parts that the expressions of its graph read.
   */
  get(at: ObjectKey): KubeObject | undefined;
  /**
   * Returns the cached objects with the `part-of` label of the ApplySet, in one namespace or in all
   * namespaces, sorted by namespace and name. If `instanceUid` is given, also returns the objects of this
   * instance on which another client edited the label `part-of`. If the client edited the label
   * `kro.run/instance-id` as well, the returned object has the UID of the instance in this label.
   */
  members(applySet: string, namespace?: string, instanceUid?: string): KubeObject[];
  /**
   * Returns the cached objects that one graph node created for one instance, sorted by namespace and name.
   */
  items(instanceUid: string, nodeId: string): KubeObject[];
  /**
   * Returns the resourceVersion that kro's own last write gave the object; undefined when kro has not written
   * the object since the process started.
   */
  writtenRevision(at: ObjectKey): string | undefined;
}

/**
 * Stores the children of one kind, with an index that finds the children of an instance. {@link ChildStore}
 * decides how events and writes change the table.
 */
export class ChildTable implements ChildReader {
  /** The kind of the cached objects. */
  readonly kind: KindRef;
  /** The schema of the kind, replaced when the definition of the kind changes. */
  schema?: Schema;
  readonly #shared: SharedParts;
  readonly #children = new Map<string, Child>();
  /**
   * The keys of the children of each {@link Owner}, which stands for the labels of one instance. Most
   * instances have a single child of a kind, so a single key is stored as a plain string, which takes less
   * memory than a set.
   */
  readonly #members = new Map<Owner, string | Set<string>>();
  readonly #views = new Views();
  /** The keys of the children whose record has {@link Rare.formerOwners}. */
  readonly #edited = new Set<string>();

  /** Creates an empty table. */
  constructor(
    kind: KindRef,
    shared: SharedParts = { reads: new GraphReads(), owners: new Owners() },
  ) {
    this.kind = kind;
    this.#shared = shared;
  }

  /** The number of cached objects. */
  get size(): number {
    return this.#children.size;
  }

  /** Returns a cached object; undefined when the object is not cached. */
  get(at: ObjectKey): KubeObject | undefined {
    return this.object(keyOf(at));
  }

  /** Returns the cached objects of an ApplySet. {@link ChildReader.members} describes the parameters. */
  members(applySet: string, namespace?: string, instanceUid?: string): KubeObject[] {
    const isWithin = (key: string) => namespace === undefined || key.startsWith(`${namespace}/`);
    const marked = this.#labeled(Label.applySetPartOf, applySet).filter(isWithin);
    if (instanceUid === undefined) return this.#sorted(marked);
    const edited = [...this.#edited].filter(isWithin);
    const lost = edited.filter((key) => lostUid(this.#children.get(key)!) === instanceUid);
    const own = this.#labeled(Label.instanceId, instanceUid).filter((key) =>
      isWithin(key) && this.#children.get(key)!.rare?.foreignLabels
    );
    const found = this.#sorted([...new Set([...marked, ...own]).difference(new Set(lost))]);
    const asBefore = ({ metadata, ...rest }: KubeObject): KubeObject => {
      const labels = { ...metadata.labels, [Label.instanceId]: instanceUid };
      return { ...rest, metadata: { ...metadata, labels, managedFields: [UID_ENTRY] } };
    };
    return [...found, ...this.#sorted(lost).map(asBefore)];
  }

  /**
   * Copies the former owners of a child from its earlier record `old`. A former owner is an instance that the
   * labels of the child named before another client edited the labels.
   */
  keepOwners(key: string, old: Child | undefined, child: Child): void {
    keepOwners(old, child);
    if (child.rare?.formerOwners) this.#edited.add(key);
  }

  /**
   * Returns the cached objects that one graph node created for one instance, sorted by namespace and name.
   */
  items(instanceUid: string, nodeId: string): KubeObject[] {
    return this.#sorted(
      this.#labeled(Label.instanceId, instanceUid)
        .filter((key) => this.#children.get(key)!.node === nodeId),
    );
  }

  /**
   * Returns the resourceVersion that kro's last write gave the object; undefined when kro has not written it.
   */
  writtenRevision(at: ObjectKey): string | undefined {
    return this.#children.get(keyOf(at))?.ownRevision;
  }

  /** Returns the key of every cached child, with the namespace and the name of the child. */
  *places(): Generator<[string, ObjectKey]> {
    for (const key of this.#children.keys()) yield [key, placeOf(key)];
  }

  /** Returns the namespaces that contain a cached child. */
  namespaces(): Set<string> {
    const all = new Set<string>();
    for (const [, { namespace }] of this.places()) if (namespace) all.add(namespace);
    return all;
  }

  /**
   * Returns the cached children that are missing from a relist, because they were deleted while the watch was
   * down. The reflector does not report all of these deletions: if a child was cached from the response to a
   * kro write and no watch event followed, the reflector does not know the child.
   */
  missingFrom(list: Listed): KubeObject[] {
    const { resourceVersion, namespace } = list;
    return [...this.#children].filter(([key, child]) => {
      const at = placeOf(key);
      const isCovered = namespace === undefined || at.namespace === namespace;
      return isCovered && !list.has(at) && compareRevisions(child.revision, resourceVersion) <= 0;
    }).map(([key]) => this.object(key)!);
  }

  /** Returns the compact record of the child with this key. */
  child(key: string): Child | undefined {
    return this.#children.get(key);
  }

  /** Returns the child with this key, rebuilt as an object. */
  object(key: string): KubeObject | undefined {
    const child = this.#children.get(key);
    return child && this.view(key, child).object;
  }

  /** Returns a child rebuilt as an object. If the child was rebuilt before, the object comes from a cache. */
  view(key: string, child: Child): View {
    return this.#views.of(key, child, this.kind);
  }

  /**
   * Stores the new state of an object in place of an earlier state. Keeps kro's own metadata and the values
   * at the paths that expressions read.
   */
  put(key: string, object: KubeObject): Child {
    const old = this.#children.get(key);
    const { labels } = object.metadata;
    const owner = this.#shared.owners.join(labels);
    // The labels of the object show which graph reads it. If another client removed the labels, the paths of
    // the earlier record are kept.
    const reads = this.#readsOf(owner, labels?.[Label.nodeId]) ?? old?.reads ?? NO_READS;
    const child = childOf(object, owner, reads, this.schema);
    const wasIncomparable = old?.uid === child.uid && old.rare?.isIncomparable;
    if (child.rare?.isIncomparable && !wasIncomparable) {
      this.#shared.onIncomparable?.(this.kind, placeOf(key));
    }
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

  /** Removes a child and returns its record; undefined when the child is not cached. */
  remove(key: string): Child | undefined {
    const child = this.#children.get(key);
    if (!child) return undefined;
    this.#leave(key, child);
    this.#children.delete(key);
    return child;
  }

  /**
   * Marks the child as being deleted since `time`, in RFC 3339 format. A child that is already marked keeps
   * its earlier time.
   */
  markDeleted(key: string, child: Child, time: string): void {
    child.rare = { ...child.rare, deletionTimestamp: child.rare?.deletionTimestamp ?? time };
    this.#views.forget(key);
  }

  /** Returns the instances that have a child that is being deleted. */
  instancesOfDeleted(): InstanceId[] {
    const deleted = [...this.#children.values()].filter(({ rare }) => rare?.deletionTimestamp);
    return distinct(deleted.flatMap(ownersOf));
  }

  /** Removes all children. */
  clear(): void {
    for (const [key, child] of this.#children) this.#leave(key, child);
    this.#children.clear();
  }

  /**
   * Returns true when the record of at least one cached child does not cover all paths that the graph reads.
   *
   * @param instances The kind of the graph's instances, which identifies the graph.
   */
  lacksReads(instances: InstanceKind): boolean {
    return this.#ofGraph(instances).some(([, child]) => {
      const reads = this.#readsOf(child.owner, child.node);
      return reads !== undefined && !coversReads(child.reads, reads);
    });
  }

  /** Removes the paths that the graph no longer reads from the records of the graph's children. */
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
    this.#edited.delete(key);
    const members = this.#members.get(owner);
    if (typeof members === "string") this.#members.delete(owner);
    else if (members?.delete(key) && members.size === 0) this.#members.delete(owner);
    this.#shared.owners.leave(owner);
  }

  /**
   * Returns the keys of the children on which `label` has the given value. Only labels that {@link Owners}
   * indexes can be looked up.
   */
  #labeled(label: IndexedLabel, value: string): string[] {
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
