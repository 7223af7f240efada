/**
 * An implementation of {@link Cluster} in memory, for tests and for rendering objects without an API
 * server.
 */
import {
  ApiError,
  groupKind,
  jsonEqual,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  Manager,
  type ObjectRef,
  refText,
  timestamp,
} from "../../api/mod.ts";
import type { KindInfo, Schema } from "../../openapi/mod.ts";
import type {
  Applied,
  ApplyOptions,
  Cluster,
  CollectionRef,
  DeleteOptions,
  ExternalSelection,
  GroupKind,
  ListScope,
  ServesOptions,
} from "../cluster.ts";
import { matchLabels } from "../selector.ts";
import { withValuesOf } from "../volatile.ts";
import { applied, updated } from "./apply.ts";
import { mergePatch } from "./patch.ts";

/** The options of a {@link MemoryCluster}. */
export interface MemoryOptions {
  /**
   * The kinds that the cluster serves from the start. Their schemas define how server-side apply merges
   * lists and maps.
   */
  kinds?: Iterable<KindInfo>;
  /** The clock of the cluster. By default the time is always 1970-01-01. */
  now?: () => Date;
  /** Generates the UIDs of objects. By default, UIDs are numbered. */
  uid?: () => string;
  /** Whether `get` returns only objects with the label `kro.run/owned`, as a cached cluster does. */
  ownedOnly?: boolean;
}

/** A recorded call of a {@link Cluster} method. Calls of the method `serves` are not recorded. */
export interface MemoryCall {
  /** The name of the called method. */
  verb: Exclude<keyof Cluster, "serves">;
  /** The object that the call reads or writes; `name` is empty for a list. */
  ref: ObjectRef;
}

/**
 * A cluster in memory. Field ownership, finalizers, generations and preconditions behave as in an API
 * server.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { MemoryCluster } from "../mod.ts";
 *
 * const core = { group: "", version: "v1", namespaced: true };
 * const ref = { kind: { ...core, kind: "ConfigMap", plural: "configmaps" }, namespace: "ns", name: "a" };
 * const desired = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "ns", name: "a" } };
 * const cluster = new MemoryCluster();
 * assert.equal((await cluster.apply(ref, desired, { force: false })).action, "created");
 * assert.equal((await cluster.apply(ref, desired, { force: false })).action, "unchanged");
 * ```
 */
export class MemoryCluster implements Cluster {
  /** All calls so far, except applies that change nothing. Tests may clear this list. */
  readonly calls: MemoryCall[] = [];
  readonly #objects = new Map<string, { kind: KindRef; object: KubeObject }>();
  readonly #kinds = new Map<string, KindRef & { schema?: Schema }>();
  readonly #options: MemoryOptions;
  /**
   * The last apply of each object. `revision` is the resourceVersion after the apply. `basis` is
   * `Volatile.basis` of the apply: the resourceVersions that the volatile fields of the object depend on.
   */
  readonly #applied = new Map<string, { revision?: string; basis?: string }>();
  #version = 0;
  #uids = 0;

  /** Creates an empty cluster. */
  constructor(options: MemoryOptions = {}) {
    this.#options = options;
    for (const kind of options.kinds ?? []) this.#kinds.set(groupKind(kind), kind);
  }

  /** The recorded {@link calls} that write to the cluster. */
  get writes(): MemoryCall[] {
    return this.calls.filter((c) => WRITES.has(c.verb));
  }

  /** Returns all objects, sorted by kind, namespace and name. */
  objects(): KubeObject[] {
    return [...this.#objects.keys()].sort().map((k) => this.#objects.get(k)!.object);
  }

  /**
   * Creates or replaces an object in the way another client would, and returns the stored object.
   *
   * @param manager The field manager of the other client.
   */
  put(kind: KindRef, object: KubeObject, manager = "kubectl"): KubeObject {
    const ref = refTo(kind, object);
    const live = this.#find(ref);
    return this.#store(ref, live, updated(live, object, this.#write(kind, manager)));
  }

  /**
   * Modifies an object in the way another client would, and returns the stored object.
   *
   * @throws {ApiError} `NotFound` when the object does not exist.
   * @param manager The field manager of the other client.
   */
  edit(ref: ObjectRef, change: (draft: KubeObject) => void, manager = "kubectl"): KubeObject {
    const draft = structuredClone(this.#existing(ref));
    change(draft);
    return this.put(ref.kind, draft, manager);
  }

  /**
   * Deletes an object as `kubectl delete` would. An object with finalizers stays, with a deletion
   * timestamp, until its finalizers are removed.
   *
   * @throws {ApiError} `NotFound` when the object does not exist.
   */
  evict(ref: ObjectRef): void {
    this.#delete(ref, this.#existing(ref));
  }

  /** Stops serving a kind, and deletes all objects of the kind. */
  removeKind(kind: { group: string; kind: string }): void {
    this.#kinds.delete(groupKind(kind));
    for (const [key, entry] of this.#objects) {
      if (groupKind(entry.kind) === groupKind(kind)) this.#objects.delete(key);
    }
  }

  /** Returns the object; undefined when it does not exist, or when the option `ownedOnly` hides it. */
  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#call("get", ref, () => {
      const object = this.#find(ref);
      const isHidden = this.#options.ownedOnly && !object?.metadata.labels?.[Label.owned];
      return isHidden ? undefined : object;
    });
  }

  /** Returns the object; undefined when the object does not exist. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#call("getExternal", ref, () => this.#find(ref));
  }

  /** Returns the object; undefined when the object does not exist. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#call("getLive", ref, () => this.#find(ref));
  }

  /** Returns the objects whose labels name the ApplySet or the UID of the instance. */
  listMembers(scope: ListScope, applySet: string, instanceUid = ""): Promise<KubeObject[]> {
    const wanted = [[Label.applySetPartOf, applySet], [Label.instanceId, instanceUid]] as const;
    return this.#call(
      "listMembers",
      { ...scope, name: "" },
      () =>
        this.#within(scope).filter(({ metadata: { labels } }) =>
          wanted.some(([label, value]) => value !== "" && labels?.[label] === value)
        ),
    );
  }

  /** Returns apiVersion, kind and metadata of the objects of the ApplySet, or of the instance with this UID. */
  listMembersLive(scope: ListScope, applySet: string, uid?: string): Promise<KubeObject[]> {
    const labels: Record<string, string> = uid === undefined
      ? { [Label.applySetPartOf]: applySet }
      : { [Label.instanceId]: uid };
    return this.#call(
      "listMembersLive",
      { ...scope, name: "" },
      () =>
        this.#labeled(scope, labels)
          .map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata })),
    );
  }

  /** Returns the objects whose labels name the instance and the collection node. */
  listCollection({ kind, instanceUid, nodeId }: CollectionRef): Promise<KubeObject[]> {
    const labels = { [Label.instanceId]: instanceUid, [Label.nodeId]: nodeId };
    return this.#call("listCollection", { kind, name: "" }, () => this.#labeled({ kind }, labels));
  }

  /** Returns the objects that match the label selector, in one namespace or in all namespaces. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    const { kind, namespace, labelSelector = "" } = selection;
    return this.#call(
      "listExternal",
      { kind, namespace, name: "" },
      () => this.#within(selection).filter((o) => matchLabels(labelSelector, o.metadata.labels)),
    );
  }

  /** Applies the object as server-side apply does. An apply that changes nothing is not added to `calls`. */
  apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const { force, volatile } = options;
    const live = this.#find(ref);
    const key = keyOf(ref);
    const last = this.#applied.get(key);
    const write = { ...this.#write(ref.kind, Manager.children), force };
    const attempt = () => applied(live, desired, write);
    try {
      const isSteady = live && volatile && (!last || last.basis === volatile.basis);
      const next = isSteady
        ? applied(live, withValuesOf(live, desired, volatile.paths), write)
        : attempt();
      if (live && jsonEqual(live, next)) {
        const { revision } = last ?? {};
        return Promise.resolve({ object: live, action: "unchanged", revision });
      }
    } catch {
      // The error needs no handling here, because the recorded call below repeats the apply and fails with
      // the same error.
    }
    return this.#call("apply", ref, () => {
      const object = this.#store(ref, live, attempt());
      const revision = object.metadata.resourceVersion;
      this.#applied.set(key, { revision, basis: volatile?.basis });
      return { object, action: live ? "configured" : "created", revision };
    });
  }

  /** Deletes the object if it has the given UID. Does nothing when the object does not exist. */
  delete(ref: ObjectRef, { uid }: DeleteOptions): Promise<void> {
    return this.#call("delete", ref, () => {
      const live = this.#find(ref);
      if (!live) return;
      if (live.metadata.uid !== uid) throw conflict(ref, `its uid is not ${uid}`);
      this.#delete(ref, live);
    });
  }

  /** Changes the object by a JSON merge patch. Rejects if the patch contains another resourceVersion. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#call("patch", ref, () => {
      const live = this.#existing(ref);
      const next = mergePatch(live as unknown as JsonObject, patch) as unknown as KubeObject;
      this.#checkVersion(ref, live, next);
      return this.#store(ref, live, updated(live, next, this.#write(ref.kind, Manager.kro)));
    });
  }

  /** Replaces the stored status. Rejects if the given object has another resourceVersion. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#call("writeStatus", ref, () => {
      const live = this.#existing(ref);
      this.#checkVersion(ref, live, object);
      const next = { ...live, status: structuredClone(object.status) };
      return this.#store(ref, live, updated(live, next, this.#write(ref.kind, Manager.kro)));
    });
  }

  /** Returns the kind with its version and plural name; undefined when the cluster does not serve the kind. */
  serves(kind: GroupKind, _options?: ServesOptions): Promise<KindRef | undefined> {
    return Promise.resolve(this.#kinds.get(groupKind(kind)));
  }

  #call<T>(verb: MemoryCall["verb"], ref: ObjectRef, run: () => T): Promise<T> {
    this.calls.push({ verb, ref });
    return new Promise((resolve) => resolve(run()));
  }

  #find(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(keyOf(ref))?.object;
  }

  #existing(ref: ObjectRef): KubeObject {
    const live = this.#find(ref);
    if (live) return live;
    throw new ApiError(`${refText(ref)} not found`, { reason: "NotFound", code: 404 });
  }

  #within({ kind, namespace }: ListScope): KubeObject[] {
    return [...this.#objects.keys()].sort().map((k) => this.#objects.get(k)!)
      .filter((e) => groupKind(e.kind) === groupKind(kind))
      .map((e) => e.object)
      .filter((o) => namespace === undefined || o.metadata.namespace === namespace);
  }

  #labeled(scope: ListScope, wanted: Readonly<Record<string, string>>): KubeObject[] {
    return this.#within(scope).filter(({ metadata: { labels } }) =>
      Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
    );
  }

  #write(kind: KindRef, manager: string): { manager: string; time: string; schema?: Schema } {
    const schema = this.#kinds.get(groupKind(kind))?.schema;
    return { manager, time: this.#now(), schema };
  }

  #checkVersion(ref: ObjectRef, live: KubeObject, next: KubeObject): void {
    const given = next.metadata.resourceVersion;
    if (given === undefined || given === live.metadata.resourceVersion) return;
    throw conflict(ref, "the object has been modified");
  }

  /**
   * Sets the metadata that an API server sets, and stores the object. An unchanged object keeps its
   * resourceVersion.
   */
  #store(ref: ObjectRef, live: KubeObject | undefined, next: KubeObject): KubeObject {
    if (!this.#kinds.has(groupKind(ref.kind))) this.#kinds.set(groupKind(ref.kind), ref.kind);
    const object = structuredClone(next);
    const { metadata } = object;
    metadata.resourceVersion = live?.metadata.resourceVersion;
    metadata.uid = live?.metadata.uid ?? metadata.uid ?? this.#uid();
    metadata.creationTimestamp = live?.metadata.creationTimestamp ?? metadata.creationTimestamp ??
      this.#now();
    if (object.spec !== undefined) {
      const grown = !live || !jsonEqual(content(live), content(object));
      metadata.generation = (live?.metadata.generation ?? 0) + (grown ? 1 : 0);
    }
    if (live && jsonEqual(live, object)) return live;
    metadata.resourceVersion = String(++this.#version);
    const isReleased = metadata.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).length === 0;
    if (isReleased) this.#objects.delete(keyOf(ref));
    else this.#objects.set(keyOf(ref), { kind: ref.kind, object });
    return object;
  }

  #delete(ref: ObjectRef, live: KubeObject): void {
    if (live.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = this.#now();
    this.#store(ref, live, { ...live, metadata: { ...live.metadata, deletionTimestamp } });
  }

  #now(): string {
    return timestamp(this.#options.now?.() ?? new Date(0));
  }

  #uid(): string {
    const count = String(++this.#uids).padStart(12, "0");
    return this.#options.uid?.() ?? `00000000-0000-4000-8000-${count}`;
  }
}

const WRITES = new Set<MemoryCall["verb"]>(["apply", "delete", "patch", "writeStatus"]);

function refTo(kind: KindRef, object: KubeObject): ObjectRef {
  const { name = "", namespace } = object.metadata;
  return { kind, name, ...(kind.namespaced && namespace ? { namespace } : {}) };
}

function keyOf({ kind, namespace = "", name }: ObjectRef): string {
  return `${groupKind(kind)}/${kind.namespaced ? namespace : ""}/${name}`;
}

function content({ metadata: _m, status: _s, ...rest }: KubeObject): JsonObject {
  return rest as JsonObject;
}

function conflict(ref: ObjectRef, why: string): ApiError {
  const message = `operation cannot be fulfilled on ${refText(ref)}: ${why}`;
  return new ApiError(message, { reason: "Conflict", code: 409 });
}
