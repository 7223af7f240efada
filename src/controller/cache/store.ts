/** The children of one kind as events and our own writes tell of them. Pure memory, no requests. */
import { type Json, type KindRef, type KubeObject, Label } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { matchLabels, type Volatile, withoutValues, withValuesOf } from "../../reconcile/mod.ts";
import { desiredValues, digest } from "../drift.ts";
import { type InstanceId, instanceOf } from "./instance.ts";
import { compareRevisions } from "./revision.ts";
import { valueOf } from "./selector.ts";
import { isOurs, trim, type Trimmed } from "./trim.ts";

/** What we know to hold: the desired object that was sent or found equal, and how it looked live. */
interface Settled {
  desired: string;
  /** The same without fields that are volatile; absent where there are none. */
  steady?: string;
  entry: string;
  values: string;
}

interface Child extends Trimmed {
  settled?: Settled;
  /** The resourceVersion that our own last write gave it. */
  written?: string;
}

/** A write under way: what events told of the object meanwhile. */
interface Write {
  deletes: boolean;
  held: { revision: string; gone: boolean; instances: InstanceId[] }[];
}

/** An object's place within its kind. */
export interface ObjectKey {
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  /** Its name. */
  name: string;
}

/** Labels by which children are looked up. */
const INDEXED: readonly string[] = [Label.instanceId, Label.applySetPartOf];

/** See the file's first line. */
export class ChildStore {
  /** The kind of its objects. */
  readonly kind: KindRef;
  /** By which values are normalised; replaced when the kind's definition changes. */
  schema?: Schema;
  readonly #children = new Map<string, Child>();
  readonly #index = new Map<string, Set<string>>();
  readonly #writes = new Map<string, Write>();
  /** Objects that we deleted and that events have not yet told gone, by key: their uid. */
  readonly #deleted = new Map<string, string>();

  /** Starts empty. */
  constructor(kind: KindRef, schema?: Schema) {
    this.kind = kind;
    this.schema = schema;
  }

  /** How many objects it holds. */
  get size(): number {
    return this.#children.size;
  }

  /** The object, trimmed. */
  get(at: ObjectKey): KubeObject | undefined {
    return this.#children.get(keyOf(at))?.object;
  }

  /** The resourceVersion that our own last write gave the object; undefined after a restart. */
  writtenRevision(at: ObjectKey): string | undefined {
    return this.#children.get(keyOf(at))?.written;
  }

  /** Objects that the selector takes, by namespace and name. */
  list(selector: string, namespace?: string): KubeObject[] {
    return this.#candidates(selector)
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .filter(({ metadata }) => matchLabels(selector, metadata.labels))
      .sort((a, b) => compare(sortKey(a), sortKey(b)));
  }

  /** Takes an event ADDED or MODIFIED. Returns the instances to wake: none when it tells nothing new. */
  observe(object: KubeObject): InstanceId[] {
    const key = keyOf(object.metadata);
    const old = this.#children.get(key);
    const revision = object.metadata.resourceVersion;
    if (old && compareRevisions(revision, revisionOf(old)) <= 0) return [];
    if (!isOurs(object)) return this.#removed(key, revision);
    return this.#wake(key, revision, false, [old, this.#put(key, object)]);
  }

  /** Takes an object as gone, by event or by GET. Returns the instances to wake. */
  gone(at: ObjectKey & { uid?: string; resourceVersion?: string }): InstanceId[] {
    const key = keyOf(at);
    const old = this.#children.get(key);
    if (!old || old.object.metadata.uid !== at.uid) return [];
    this.#deleted.delete(key);
    return this.#removed(key, at.resourceVersion);
  }

  /** Takes an object without kro's labels that is there nevertheless: they were removed. */
  stripped(object: KubeObject): InstanceId[] {
    const key = keyOf(object.metadata);
    const old = this.#children.get(key);
    const revision = object.metadata.resourceVersion;
    if (!old || compareRevisions(revision, revisionOf(old)) <= 0) return [];
    return this.#wake(key, revision, false, [old, this.#put(key, object)]);
  }

  /** True when we deleted the object: an event that it is gone needs no second look. */
  deletedByUs(at: ObjectKey & { uid?: string }): boolean {
    const key = keyOf(at);
    return this.#deleted.get(key) === at.uid || this.#writes.get(key)?.deletes === true;
  }

  /**
   * True when the desired object holds already, but for fields that are volatile: nothing needs to be
   * sent.
   */
  holds(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const child = this.#children.get(keyOf(at));
    if (!child?.print || child.object.apiVersion !== desired.apiVersion) return false;
    const { entry, values, status } = child.print;
    const hashes = hashesOf(desired, volatile);
    const { settled } = child;
    if (settled?.entry === entry && settled.values === values) {
      if (settled.desired === hashes.desired) return true;
      if (hashes.steady && settled.steady === hashes.steady) return true;
    }
    // After a restart what is there counts: it was written when it was due.
    const paths = settled ? [] : volatile?.paths ?? [];
    const wanted = withValuesOf(child.object, desired, paths);
    if (desiredValues(wanted, this.schema, status) !== values) return false;
    child.settled = { ...hashesOf(wanted, volatile), entry, values };
    return true;
  }

  /** True when the desired object held once and no longer does: others changed it, not the graph. */
  drifted(at: ObjectKey, desired: KubeObject, volatile?: Volatile): boolean {
    const settled = this.#children.get(keyOf(at))?.settled;
    const hashes = hashesOf(desired, volatile);
    return settled !== undefined && (settled.desired === hashes.desired ||
      (hashes.steady !== undefined && settled.steady === hashes.steady));
  }

  /** Before a write is sent: events that tell of it are no news to anybody until it is answered. */
  begin(at: ObjectKey, what: "apply" | "delete"): void {
    this.#writes.set(keyOf(at), { deletes: what === "delete", held: [] });
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
    const goneAgain = this.#writes.get(key)?.held.some((event) =>
      event.gone && compareRevisions(event.revision, revision) > 0
    );
    if (!goneAgain && (!old || compareRevisions(revision, revisionOf(old)) >= 0)) {
      const child = this.#put(key, response);
      const { print } = child;
      const { entry = "", values = "" } = print ?? {};
      child.settled = print && { ...hashesOf(desired, volatile), entry, values };
      if (revision !== (old && revisionOf(old))) child.written = revision;
    }
    return this.#end(key, revision);
  }

  /** Takes our own delete: the object counts as terminating until events tell that it is gone. */
  deleted(at: ObjectKey & { uid: string }, time: string): InstanceId[] {
    const key = keyOf(at);
    const child = this.#children.get(key);
    if (child && child.object.metadata.uid === at.uid) {
      this.#deleted.set(key, at.uid);
      const metadata = { deletionTimestamp: time, ...child.object.metadata };
      this.#children.set(key, { ...child, object: { ...child.object, metadata } });
    }
    return this.#end(key, undefined);
  }

  #put(key: string, object: KubeObject): Child {
    const old = this.#children.get(key);
    const child: Child = trim(object, this.schema);
    if (old && old.object.metadata.uid === object.metadata.uid) {
      child.settled = old.settled;
      child.written = old.written;
    } else this.#deleted.delete(key);
    if (old) this.#unindex(key, old.object);
    this.#children.set(key, child);
    for (const entry of indexKeys(child.object)) {
      const keys = this.#index.get(entry) ?? new Set();
      this.#index.set(entry, keys.add(key));
    }
    return child;
  }

  #removed(key: string, revision: string | undefined): InstanceId[] {
    const old = this.#children.get(key);
    if (!old) return [];
    this.#unindex(key, old.object);
    this.#children.delete(key);
    return this.#wake(key, revision, true, [old]);
  }

  #unindex(key: string, object: KubeObject): void {
    for (const entry of indexKeys(object)) {
      const keys = this.#index.get(entry);
      keys?.delete(key);
      if (keys?.size === 0) this.#index.delete(entry);
    }
  }

  #candidates(selector: string): KubeObject[] {
    for (const label of INDEXED) {
      const value = valueOf(selector, label);
      if (value === undefined) continue;
      const keys = [...this.#index.get(`${label}=${value}`) ?? []];
      return keys.map((key) => this.#children.get(key)!.object);
    }
    return [...this.#children.values()].map((child) => child.object);
  }

  #wake(
    key: string,
    revision: string | undefined,
    gone: boolean,
    children: readonly (Child | undefined)[],
  ): InstanceId[] {
    const instances = new Map<string, InstanceId>();
    for (const child of children) {
      const instance = child && instanceOf(child.object);
      if (instance) instances.set(instance.uid, instance);
    }
    const write = this.#writes.get(key);
    if (!write) return [...instances.values()];
    write.held.push({ revision: revision ?? "", gone, instances: [...instances.values()] });
    return [];
  }

  #end(key: string, revision: string | undefined): InstanceId[] {
    const write = this.#writes.get(key);
    this.#writes.delete(key);
    const news = (write?.held ?? []).filter((event) =>
      revision === undefined || compareRevisions(event.revision, revision) > 0
    );
    const instances = news.flatMap((event) => event.instances);
    return [...new Map(instances.map((instance) => [instance.uid, instance])).values()];
  }
}

function hashesOf(
  desired: KubeObject,
  volatile: Volatile | undefined,
): Pick<Settled, "desired" | "steady"> {
  const hash = (object: KubeObject) => digest(object as unknown as Json);
  return {
    desired: hash(desired),
    ...(volatile && { steady: hash(withoutValues(desired, volatile.paths)) + volatile.basis }),
  };
}

function keyOf(at: { namespace?: string; name?: string }): string {
  return `${at.namespace ?? ""}/${at.name ?? ""}`;
}

function sortKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}\0${object.metadata.name ?? ""}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function revisionOf(child: Child): string | undefined {
  return child.object.metadata.resourceVersion;
}

function indexKeys(object: KubeObject): string[] {
  const labels = object.metadata.labels ?? {};
  return INDEXED.filter((label) => labels[label]).map((label) => `${label}=${labels[label]}`);
}
