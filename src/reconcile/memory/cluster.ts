/** A cluster in memory: for tests of rules, and for rendering without any API server. */
import {
  ApiError,
  groupKind,
  jsonEqual,
  type JsonObject,
  type KindRef,
  type KubeObject,
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
  DeleteOptions,
  GroupKind,
  ListQuery,
  ServesOptions,
} from "../cluster.ts";
import { matchLabels } from "../selector.ts";
import { withValuesOf } from "../volatile.ts";
import { applied, updated } from "./apply.ts";
import { mergePatch } from "./patch.ts";

/** How a {@link MemoryCluster} stamps objects and what it knows of kinds. */
export interface MemoryOptions {
  /** Kinds that are served from the start, with schemas for list and map types. */
  kinds?: Iterable<KindInfo>;
  /** The clock; the same instant for ever when absent. */
  now?: () => Date;
  /** Makes UIDs; counted up when absent. */
  uid?: () => string;
  /** `get` answers for objects with kro's labels only, as a cached cluster does. */
  ownedOnly?: boolean;
}

/** One request that a cluster behind a network would have made, or a read of its caches. */
export interface MemoryCall {
  /** Which method of the port. */
  verb: "get" | "getLive" | "list" | "listLive" | "apply" | "delete" | "patch" | "writeStatus";
  /** Of what; `name` is empty for lists. */
  ref: ObjectRef;
}

/** Objects in memory behind the port, with field ownership, finalizers and preconditions. */
export class MemoryCluster implements Cluster {
  /** All calls so far; an apply of what holds already is none. Tests may empty it. */
  readonly calls: MemoryCall[] = [];
  readonly #objects = new Map<string, { kind: KindRef; object: KubeObject }>();
  readonly #kinds = new Map<string, KindRef & { schema?: Schema }>();
  readonly #options: MemoryOptions;
  /** What the last apply of each object made its resourceVersion, and on what basis. */
  readonly #applied = new Map<string, { revision?: string; basis?: string }>();
  #version = 0;
  #uids = 0;

  /** An empty cluster. */
  constructor(options: MemoryOptions = {}) {
    this.#options = options;
    for (const kind of options.kinds ?? []) this.#kinds.set(groupKind(kind), kind);
  }

  /** Calls that write, for counting. */
  get writes(): MemoryCall[] {
    return this.calls.filter((c) => WRITES.has(c.verb));
  }

  /** Every object, by kind, namespace and name. */
  objects(): KubeObject[] {
    return [...this.#objects.keys()].sort().map((k) => this.#objects.get(k)!.object);
  }

  /** Creates or replaces an object as somebody else would. */
  put(kind: KindRef, object: KubeObject, manager = "kubectl"): KubeObject {
    const ref = refTo(kind, object);
    const live = this.#find(ref);
    return this.#store(ref, live, updated(live, object, this.#write(kind, manager)));
  }

  /** Changes an object in place as somebody else would. */
  edit(ref: ObjectRef, change: (draft: KubeObject) => void, manager = "kubectl"): KubeObject {
    const draft = structuredClone(this.#existing(ref));
    change(draft);
    return this.put(ref.kind, draft, manager);
  }

  /** Removes an object as `kubectl delete` would: finalizers hold it. */
  evict(ref: ObjectRef): void {
    this.#delete(ref, this.#existing(ref));
  }

  /** Stops serving a kind: its objects are gone with it. */
  removeKind(kind: { group: string; kind: string }): void {
    this.#kinds.delete(groupKind(kind));
    for (const [key, entry] of this.#objects) {
      if (groupKind(entry.kind) === groupKind(kind)) this.#objects.delete(key);
    }
  }

  /** See {@link Cluster.get}. */
  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#call("get", ref, () => {
      const object = this.#find(ref);
      const isHidden = this.#options.ownedOnly && !object?.metadata.labels?.["kro.run/owned"];
      return isHidden ? undefined : object;
    });
  }

  /** See {@link Cluster.getLive}. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#call("getLive", ref, () => this.#find(ref));
  }

  /** See {@link Cluster.list}. */
  list(query: ListQuery): Promise<KubeObject[]> {
    return this.#call("list", { ...query, name: "" }, () => this.#matching(query));
  }

  /** See {@link Cluster.listLive}. */
  listLive(query: ListQuery): Promise<KubeObject[]> {
    return this.#call(
      "listLive",
      { ...query, name: "" },
      () =>
        this.#matching(query).map(({ apiVersion, kind, metadata }) => ({
          apiVersion,
          kind,
          metadata,
        })),
    );
  }

  /** See {@link Cluster.apply}. */
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
      // The call below refuses in the same words and is counted.
    }
    return this.#call("apply", ref, () => {
      const object = this.#store(ref, live, attempt());
      const revision = object.metadata.resourceVersion;
      this.#applied.set(key, { revision, basis: volatile?.basis });
      return { object, action: live ? "configured" : "created", revision };
    });
  }

  /** See {@link Cluster.delete}. */
  delete(ref: ObjectRef, { uid }: DeleteOptions): Promise<void> {
    return this.#call("delete", ref, () => {
      const live = this.#find(ref);
      if (!live) return;
      if (live.metadata.uid !== uid) throw conflict(ref, `its uid is not ${uid}`);
      this.#delete(ref, live);
    });
  }

  /** See {@link Cluster.patch}. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#call("patch", ref, () => {
      const live = this.#existing(ref);
      const next = mergePatch(live as unknown as JsonObject, patch) as unknown as KubeObject;
      this.#checkVersion(ref, live, next);
      return this.#store(ref, live, updated(live, next, this.#write(ref.kind, Manager.kro)));
    });
  }

  /** See {@link Cluster.writeStatus}. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#call("writeStatus", ref, () => {
      const live = this.#existing(ref);
      this.#checkVersion(ref, live, object);
      const next = { ...live, status: structuredClone(object.status) };
      return this.#store(ref, live, updated(live, next, this.#write(ref.kind, Manager.kro)));
    });
  }

  /** See {@link Cluster.serves}. */
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

  #matching({ kind, namespace, labelSelector = "" }: ListQuery): KubeObject[] {
    return [...this.#objects.keys()].sort().map((k) => this.#objects.get(k)!)
      .filter((e) => groupKind(e.kind) === groupKind(kind))
      .map((e) => e.object)
      .filter((o) => namespace === undefined || o.metadata.namespace === namespace)
      .filter((o) => matchLabels(labelSelector, o.metadata.labels));
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

  /** Stamps and keeps an object; one that is as before keeps its resourceVersion. */
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
