/** The children of one kind as events and our own writes tell of them. Pure memory, no requests. */
import { apiVersionOf, type KindRef, type KubeObject, Label } from "../../api/mod.ts";
import { coversReads, type Reads } from "../../cel/mod.ts";
import { compareRevisions, type Listed } from "../../kube/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { isApplied, type Volatile } from "../../reconcile/mod.ts";
import { fingerprint } from "../drift/fingerprint.ts";
import { carryOver, drifted, holds, settle } from "./applied_state.ts";
import { type Child, childOf, keyOf, objectOf } from "./child.ts";
import { GraphReads, type InstanceKind, NO_READS } from "./graph_reads.ts";
import { InflightWrites } from "./inflight_writes.ts";
import { type InstanceId, instanceOf } from "./instance_id.ts";
import { type IndexedLabel, type Owner, Owners } from "./owners.ts";
import { readPart } from "./trim.ts";
import { Views } from "./views.ts";

/** An object's place within its kind. */
export interface ObjectKey {
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  /** Its name. */
  name: string;
}

/** What the stores of all kinds share. */
export interface SharedParts {
  /** What graphs read of their children. */
  reads: GraphReads;
  /** kro's labels of all children. */
  owners: Owners;
}

/** See the file's first line. */
export class ChildStore {
  /** The kind of its objects. */
  readonly kind: KindRef;
  /** By which values are normalised; replaced when the kind's definition changes. */
  schema?: Schema;
  readonly #shared: SharedParts;
  readonly #children = new Map<string, Child>();
  /** Keys by owner: most have one child of a kind. */
  readonly #members = new Map<Owner, string | Set<string>>();
  readonly #views = new Views();
  readonly #writes = new InflightWrites();
  /** Objects that we deleted and that events have not yet told gone, by key: their uid. */
  readonly #deleted = new Map<string, string>();

  /** Starts empty. */
  constructor(
    kind: KindRef,
    shared: SharedParts = { reads: new GraphReads(), owners: new Owners() },
  ) {
    this.kind = kind;
    this.#shared = shared;
  }

  /** How many objects it holds. */
  get size(): number {
    return this.#children.size;
  }

  /** The object, as far as kro and its graph's expressions read it. */
  get(at: ObjectKey): KubeObject | undefined {
    return this.#object(keyOf(at));
  }

  /** The resourceVersion that our own last write gave the object; undefined after a restart. */
  writtenRevision(at: ObjectKey): string | undefined {
    return this.#children.get(keyOf(at))?.written;
  }

  /** Objects with the ApplySet's label, in one namespace or in all, sorted by namespace and name. */
  members(applySet: string, namespace?: string): KubeObject[] {
    const keys = this.#labelled(Label.applySetPartOf, applySet);
    return this.#sorted(
      namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}/`)),
    );
  }

  /** Objects of one node of one instance, sorted by namespace and name. */
  items(instanceUid: string, nodeId: string): KubeObject[] {
    return this.#sorted(
      this.#labelled(Label.instanceId, instanceUid)
        .filter((key) => this.#children.get(key)!.node === nodeId),
    );
  }

  /** Takes an event ADDED or MODIFIED. Returns the instances to wake: none when it tells nothing new. */
  observe(object: KubeObject): InstanceId[] {
    const key = keyOf(object.metadata);
    const old = this.#children.get(key);
    const revision = object.metadata.resourceVersion;
    if (old && compareRevisions(revision, old.revision) <= 0) return [];
    const isSame = !old || old.uid === object.metadata.uid;
    if (isSame && isApplied(object) && this.#writes.keep(key, object)) return [];
    this.#takeEvent(key);
    if (!isApplied(object)) return this.#removed(key, revision);
    return this.#wake(key, revision, false, [old, this.#put(key, object)]);
  }

  /** Takes an object as gone, by event or by GET. Returns the instances to wake. */
  gone(at: ObjectKey & { uid?: string; resourceVersion?: string }): InstanceId[] {
    const key = keyOf(at);
    this.#takeEvent(key);
    const old = this.#children.get(key);
    if (!old || old.uid !== at.uid) return [];
    this.#deleted.delete(key);
    return this.#removed(key, at.resourceVersion);
  }

  /** Takes an object without kro's labels that is there nevertheless: they were removed. */
  stripped(object: KubeObject): InstanceId[] {
    const key = keyOf(object.metadata);
    this.#takeEvent(key);
    const old = this.#children.get(key);
    const revision = object.metadata.resourceVersion;
    if (!old || compareRevisions(revision, old.revision) <= 0) return [];
    return this.#wake(key, revision, false, [old, this.#put(key, object)]);
  }

  /** True when we deleted the object: an event that it is gone needs no second look. */
  deletedByUs(at: ObjectKey & { uid?: string }): boolean {
    const key = keyOf(at);
    return this.#deleted.get(key) === at.uid || this.#writes.deletes(key);
  }

  /**
   * True when the desired object holds already, but for fields that are volatile: nothing needs to be
   * sent.
   */
  holds(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const key = keyOf(at);
    const child = this.#children.get(key);
    if (!child || apiVersionOf(this.kind) !== desired.apiVersion) return false;
    return holds(child, this.#views.of(key, child, this.kind), desired, this.schema, volatile);
  }

  /** True when the desired object held once and no longer does: others changed it, not the graph. */
  drifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const child = this.#children.get(keyOf(at));
    return child !== undefined && drifted(child, desired, this.schema, volatile);
  }

  /**
   * What a list should have shown and did not. The watch has told of the rest: these came by our own
   * writes, and went while nothing was watched.
   */
  unlisted(list: Listed): KubeObject[] {
    const { resourceVersion, namespace } = list;
    return [...this.#children.keys()].filter((key) => {
      const at = placeOf(key);
      const isCovered = namespace === undefined || at.namespace === namespace;
      return isCovered && !list.has(at) &&
        compareRevisions(this.#children.get(key)!.revision, resourceVersion) <= 0;
    }).map((key) => this.#object(key)!);
  }

  /** Before a write is sent: events that tell of it are no news to anybody until it is answered. */
  begin(at: ObjectKey, what: "apply" | "delete"): void {
    const key = keyOf(at);
    this.#writes.begin(key, what, this.#children.get(key)?.revision);
  }

  /** A write was refused or not answered. Returns the instances that events meanwhile would wake. */
  failed(at: ObjectKey): InstanceId[] {
    return this.#end(keyOf(at), undefined);
  }

  /**
   * Takes the response of an apply: it stays until the watch has caught up with it. Returns the
   * instances to wake because of events newer than the response.
   */
  applied(
    at: ObjectKey,
    desired: KubeObject,
    response: KubeObject,
    volatile?: Volatile,
  ): InstanceId[] {
    const key = keyOf(at);
    const old = this.#children.get(key);
    const revision = response.metadata.resourceVersion;
    const goneAgain = this.#writes.goneAfter(key, revision);
    if (!goneAgain && (!old || compareRevisions(revision, old.revision) >= 0)) {
      const child = this.#put(key, response);
      settle(child, desired, this.schema, volatile);
      // Its event may have come before the response.
      if (revision !== this.#writes.before(key)) child.written = revision;
    }
    return this.#end(key, revision);
  }

  /** Takes our own delete: the object counts as terminating until events tell that it is gone. */
  deleted(at: ObjectKey & { uid: string }, time: string): InstanceId[] {
    const key = keyOf(at);
    const child = this.#children.get(key);
    if (child && child.uid === at.uid) {
      this.#deleted.set(key, at.uid);
      child.rare = { ...child.rare, deletionTimestamp: child.rare?.deletionTimestamp ?? time };
      this.#views.forget(key);
    }
    return this.#end(key, undefined);
  }

  /** All objects by key. */
  *known(): Generator<[string, ObjectKey]> {
    for (const key of this.#children.keys()) yield [key, placeOf(key)];
  }

  /** The namespaces that objects are in. */
  namespaces(): Set<string> {
    const all = new Set<string>();
    for (const [, { namespace }] of this.known()) if (namespace) all.add(namespace);
    return all;
  }

  /** Whether an object that was listed is what is known of it, in full; what is known may be newer. */
  agrees(object: KubeObject): boolean {
    const { uid, resourceVersion } = object.metadata;
    const child = this.#children.get(keyOf(object.metadata));
    const order = child ? compareRevisions(resourceVersion, child.revision) : 1;
    if (order < 0) return true;
    if (!isApplied(object)) return child === undefined;
    if (child?.uid !== uid || order > 0 || this.#isFalselyDeleted(object)) return false;
    const print = fingerprint(object, this.schema);
    return print?.entry === child?.entry && (print?.values ?? "") === child?.values;
  }

  /** Takes an object as it was just read, whatever events told. Undefined when they told the same. */
  correct(object: KubeObject): InstanceId[] | undefined {
    if (this.agrees(object)) return undefined;
    const key = keyOf(object.metadata);
    const revision = object.metadata.resourceVersion;
    const old = this.#children.get(key);
    if (!isApplied(object)) return this.#removed(key, revision);
    if (this.#isFalselyDeleted(object)) this.#deleted.delete(key);
    return this.#wake(key, revision, false, [old, this.#put(key, object)]);
  }

  /** Takes an object as gone that was just read and is not there. Undefined when events told the same. */
  correctGone(at: ObjectKey): InstanceId[] | undefined {
    const key = keyOf(at);
    if (!this.#children.has(key)) return undefined;
    this.#deleted.delete(key);
    return this.#removed(key, undefined);
  }

  /** It was deleted, we were told, and does not even begin to go. */
  #isFalselyDeleted({ metadata }: KubeObject): boolean {
    return metadata.deletionTimestamp === undefined &&
      this.#deleted.get(keyOf(metadata)) === metadata.uid;
  }

  /** Forgets all objects: the kind is watched no more. */
  clear(): void {
    for (const [key, child] of this.#children) this.#leave(key, child);
    this.#children.clear();
  }

  /** Whether a child of the graph lacks what is read of it by now. */
  lacks(instances: InstanceKind): boolean {
    return this.#ofGraph(instances).some(([, child]) => {
      const reads = this.#readsOf(child.owner, child.node);
      return reads !== undefined && !coversReads(child.reads, reads);
    });
  }

  /** Takes a whole object that was read once more, for what is read of it. Tells nobody anything new. */
  refresh(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const { uid, resourceVersion } = object.metadata;
    const child = this.#children.get(key);
    if (!child || child.uid !== uid || compareRevisions(resourceVersion, child.revision) < 0) {
      return;
    }
    this.#put(key, object);
  }

  /** Cuts the graph's children down to what is read of them by now. */
  cut(instances: InstanceKind): void {
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

  #object(key: string): KubeObject | undefined {
    const child = this.#children.get(key);
    return child && this.#views.of(key, child, this.kind).object;
  }

  #put(key: string, object: KubeObject): Child {
    const { owners } = this.#shared;
    const old = this.#children.get(key);
    const { labels } = object.metadata;
    const owner = owners.join(labels);
    // Somebody took the labels away or changed them: what is read of it is what was.
    const reads = this.#readsOf(owner, labels?.[Label.nodeId]) ?? old?.reads ?? NO_READS;
    const child = childOf(object, owner, reads, this.schema);
    let held: string | undefined;
    if (old?.uid !== child.uid) this.#deleted.delete(key);
    else if (carryOver(old, child)) held = this.#views.heldOf(key);
    if (old) this.#leave(key, old);
    this.#children.set(key, child);
    if (held !== undefined) this.#views.of(key, child, this.kind).held = held;
    const members = this.#members.get(owner);
    if (members === undefined) this.#members.set(owner, key);
    else if (typeof members !== "string") members.add(key);
    else this.#members.set(owner, new Set([members, key]));
    return child;
  }

  #removed(key: string, revision: string | undefined): InstanceId[] {
    const old = this.#children.get(key);
    if (!old) return [];
    this.#leave(key, old);
    this.#children.delete(key);
    return this.#wake(key, revision, true, [old]);
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
    return keys.map((key) => ({ place: key.replace("/", "\0"), object: this.#object(key)! }))
      .sort((a, b) => compare(a.place, b.place))
      .map(({ object }) => object);
  }

  #wake(
    key: string,
    revision: string | undefined,
    gone: boolean,
    children: readonly (Child | undefined)[],
  ): InstanceId[] {
    const instances = new Map<string, InstanceId>();
    for (const child of children) {
      const instance = child && instanceOf(child.owner.labels);
      if (instance) instances.set(instance.uid, instance);
    }
    const event = { revision: revision ?? "", gone, instances: [...instances.values()] };
    return this.#writes.hold(key, event) ? [] : event.instances;
  }

  /** Takes the event that waited for the answer of a write, unless that says as much. */
  #takeEvent(key: string, answered?: string): void {
    const event = this.#writes.takeKept(key);
    if (!event) return;
    const revision = event.metadata.resourceVersion;
    if (answered !== undefined && compareRevisions(revision, answered) <= 0) return;
    const old = this.#children.get(key);
    this.#wake(key, revision, false, [old, this.#put(key, event)]);
  }

  #end(key: string, revision: string | undefined): InstanceId[] {
    this.#takeEvent(key, revision);
    return this.#writes.end(key, revision);
  }
}

function placeOf(key: string): ObjectKey {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash) || undefined, name: key.slice(slash + 1) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
