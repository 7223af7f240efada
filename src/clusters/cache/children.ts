/** Watch caches of all children of kro, one for each kind that somebody uses. */
import {
  groupKind,
  gvkKey,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
} from "../../api/mod.ts";
import { everyPage, type KubeClient, ScopedReflector } from "../../kube/mod.ts";
import type { SchemaSource } from "../../openapi/mod.ts";
import { GraphReads, type InstanceKind, type NodeReads } from "./graph_reads.ts";
import type { InstanceId } from "./instance_id.ts";
import { Owners } from "./owners.ts";
import { ChildStore, type SharedParts } from "./store.ts";

/** Called with an instance that one of its objects changed under. */
export type WakeListener = (instance: InstanceId) => void;

/** Told of every failure of a kind's watch; it goes on trying all the same. */
export type WatchErrorListener = (kind: KindRef, error: unknown) => void;

/** Told of every event of a kind after its first list, and whether it woke an instance. */
export type RouteListener = (kind: KindRef, woke: boolean) => void;

interface Watched {
  readonly store: ChildStore;
  readonly owners: Set<string>;
  readonly stop: AbortController;
  reflector?: ScopedReflector;
}

/** See the file's first line. */
export class ChildCaches {
  readonly #client: KubeClient;
  readonly #schemas: SchemaSource;
  readonly #onError?: WatchErrorListener;
  readonly #onRouted?: RouteListener;
  /** What graphs read of their children: what is added here is kept from then on. */
  readonly reads = new GraphReads();
  readonly #shared: SharedParts = { reads: this.reads, owners: new Owners() };
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<WakeListener>();

  /** Watches nothing before {@link ensure}. */
  constructor(
    client: KubeClient,
    schemas: SchemaSource,
    onError?: WatchErrorListener,
    onRouted?: RouteListener,
  ) {
    this.#client = client;
    this.#schemas = schemas;
    this.#onError = onError;
    this.#onRouted = onRouted;
  }

  /**
   * Resolves when the kind's cache is complete, or when its owner released it meanwhile. It stays until
   * every owner released it. Asking again is cheap and looks the kind's schema up anew.
   */
  async ensure(kind: KindRef, owner: string): Promise<void> {
    const watched = this.#entry(kind);
    watched.owners.add(owner);
    const info = await this.#schemas.resolve(kind);
    if (info) watched.store.schema = info.schema;
    if (watched.stop.signal.aborted) return;
    watched.reflector ??= this.#start(watched);
    // Rejected only when it was stopped before: then nobody needs it any more.
    await watched.reflector.synced.catch(() => {});
  }

  /**
   * Resolves when the caches of the kinds, which are synced, hold what is read of the graph's children
   * that are there: if they lack some of it, by one list of the graph's own. Rejects with ApiError.
   */
  async complete(instances: InstanceKind, kinds: readonly KindRef[]): Promise<void> {
    await Promise.all(kinds.map(async (kind) => {
      const store = this.store(kind);
      if (store?.lacks(instances)) await this.#readAgain(store, instances);
    }));
  }

  /** What graphs of the kind read before these is kept no more; without any, nothing is. */
  settle(instances: InstanceKind, reads?: NodeReads): void {
    this.reads.settle(instances, reads);
    for (const { store } of this.#watched.values()) store.cut(instances);
  }

  /** Ends the owner's use of all kinds but those to keep; kinds that nobody uses are no longer watched. */
  release(owner: string, keep: readonly KindRef[] = []): void {
    const kept = new Set(keep.map(gvkKey));
    for (const [key, watched] of this.#watched) {
      if (kept.has(key) || !watched.owners.delete(owner) || watched.owners.size > 0) continue;
      watched.stop.abort();
      watched.store.clear();
      this.#watched.delete(key);
    }
  }

  /** The cache of a kind; undefined unless it is complete, or as complete as permissions allow. */
  store(kind: KindRef): ChildStore | undefined {
    const watched = this.#watched.get(gvkKey(kind));
    return watched?.reflector?.hasSynced ? watched.store : undefined;
  }

  /**
   * The cache of a kind if it is complete for the namespace, which is watched alone when everything may
   * not be. Without a namespace it may lack objects of namespaces that nobody asked for then.
   */
  async storeFor(kind: KindRef, namespace: string | undefined): Promise<ChildStore | undefined> {
    const { store, reflector } = this.#watched.get(gvkKey(kind)) ?? {};
    if (!reflector?.hasSynced) return undefined;
    if (reflector.isComplete || (kind.namespaced && namespace === undefined)) return store;
    return await reflector.covers(namespace) ? store : undefined;
  }

  /** The caches that are complete. */
  stores(): ChildStore[] {
    return [...this.#watched.values()].filter((watched) => watched.reflector?.hasSynced)
      .map((watched) => watched.store);
  }

  /** The uid of the instance that the object belongs to; undefined when no cache knows the object. */
  ownerOf(ref: ObjectRef): string | undefined {
    return this.store(ref.kind)?.get(ref)?.metadata.labels?.[Label.instanceId];
  }

  /** Calls back for each instance to wake; the returned function ends it. */
  onChange(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells listeners of instances to wake. */
  wake(instances: readonly InstanceId[]): void {
    for (const instance of instances) {
      for (const listener of this.#listeners) listener(instance);
    }
  }

  /** Kinds whose cache is not complete yet, as `Deployment.apps`. */
  unsynced(): string[] {
    return [...this.#watched.values()].filter((watched) => !watched.reflector?.hasSynced)
      .map((watched) => groupKind(watched.store.kind)).sort();
  }

  /** How many kinds are watched, and how many objects are held. */
  counts(): { kinds: number; objects: number } {
    const stores = [...this.#watched.values()].map((watched) => watched.store);
    return { kinds: stores.length, objects: stores.reduce((sum, store) => sum + store.size, 0) };
  }

  /** Ends all watches. */
  stop(): void {
    for (const watched of this.#watched.values()) watched.stop.abort();
    this.#watched.clear();
  }

  #entry(kind: KindRef): Watched {
    const key = gvkKey(kind);
    const watched = this.#watched.get(key) ?? {
      store: new ChildStore(kind, this.#shared),
      owners: new Set(),
      stop: new AbortController(),
    };
    this.#watched.set(key, watched);
    return watched;
  }

  async #readAgain(store: ChildStore, { group, kind }: InstanceKind): Promise<void> {
    const labels = {
      [Label.owned]: "true",
      [Label.instanceGroup]: group,
      [Label.instanceKind]: kind,
    };
    const labelSelector = Object.entries(labels).map((pair) => pair.join("=")).join(",");
    for await (
      const { items } of everyPage(
        this.#client,
        store.kind,
        { labelSelector },
        () => store.namespaces(),
      )
    ) {
      for (const item of items) store.refresh(item);
    }
  }

  #start(watched: Watched): ScopedReflector {
    const { store, stop } = watched;
    const observe = (object: KubeObject) => {
      const instances = store.observe(object);
      // What the first list tells wakes nobody: who asked for the cache looks once it is complete.
      if (reflector.hasSynced) this.#route(store, instances);
    };
    const reflector: ScopedReflector = new ScopedReflector(this.#client, store.kind, {
      labelSelector: `${Label.owned}=true`,
      onError: (error) => this.#onError?.(store.kind, error),
      onLost: () => store.clear(),
      onListed: (list) => {
        for (const object of store.unlisted(list)) void this.#deleted(store, object);
      },
    }, {
      added: observe,
      modified: observe,
      deleted: (object) => void this.#deleted(store, object),
    });
    void reflector.start(stop.signal);
    return reflector;
  }

  /** A watch by label tells DELETED also when only the label is gone: unless we deleted, look. */
  async #deleted(store: ChildStore, object: KubeObject): Promise<void> {
    const { namespace, name = "", uid, resourceVersion } = object.metadata;
    const at = { namespace, name, uid, resourceVersion };
    if (!store.deletedByUs(at)) {
      const live = await this.#look({ kind: store.kind, namespace, name });
      if (live && live.metadata.uid === uid) return this.#route(store, store.stripped(live));
    }
    this.#route(store, store.gone(at));
  }

  /** What an event came to. */
  #route({ kind }: ChildStore, instances: readonly InstanceId[]): void {
    this.#onRouted?.(kind, instances.length > 0);
    this.wake(instances);
  }

  /** Not told is not there: the pass that it wakes finds out by an apply without force. */
  async #look(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return await this.#client.get(ref);
    } catch {
      return undefined;
    }
  }
}
