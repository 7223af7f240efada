/** The watch caches of kro's children: one for each kind in use. */
import {
  groupKind,
  gvkKey,
  inBackground,
  type KindRef,
  type KubeObject,
  Label,
} from "../../api/mod.ts";
import { everyPage, type KubeClient, ScopedReflector } from "../../kube/mod.ts";
import type { SchemaSource } from "../../openapi/mod.ts";
import type { ChildReader, SharedParts } from "./child_table.ts";
import { GraphReads, type InstanceKind, type NodeReads } from "./graph_reads.ts";
import type { InstanceId } from "./instance_id.ts";
import { Owners } from "./owners.ts";
import { ChildStore, type ChildWriter } from "./store.ts";
import { sweepKind, type SweepWaits, type Swept } from "./sweep.ts";

/** Called with an instance to requeue because one of its children changed. */
export type WakeListener = (instance: InstanceId) => void;

/** Called on every failure of a kind's watch; the watch is retried in any case. */
export type WatchErrorListener = (kind: KindRef, error: unknown) => void;

/** Called for every event of a kind after its first list; `woke` says whether it requeued an instance. */
export type RouteListener = (kind: KindRef, woke: boolean) => void;

interface Watched {
  readonly store: ChildStore;
  readonly owners: Set<string>;
  readonly stop: AbortController;
  reflector?: ScopedReflector;
}

/**
 * Watches the kinds of kro's children, one reflector and one cache for each kind. Readers get a
 * {@link ChildReader}, writers a {@link ChildWriter}. A change of a child wakes its instances: the listeners
 * of {@link onChange} are called, so that they are requeued.
 *
 * @example
 * ```ts
 * import type { KindRef } from "../../api/mod.ts";
 * import type { KubeClient } from "../../kube/mod.ts";
 * import type { SchemaSource } from "../../openapi/mod.ts";
 * import { ChildCaches } from "../mod.ts";
 *
 * async function watch(client: KubeClient, schemas: SchemaSource, kind: KindRef): Promise<number> {
 *   const children = new ChildCaches(client, schemas);
 *   children.onChange((instance) => console.log(`${instance.name} has a changed child`));
 *   await children.ensure(kind, "widgets.example.com");
 *   return children.store(kind)?.size ?? 0;
 * }
 * ```
 */
export class ChildCaches {
  readonly #client: KubeClient;
  readonly #schemas: SchemaSource;
  readonly #onError?: WatchErrorListener;
  readonly #onRouted?: RouteListener;
  /** The paths that graphs read of their children. Added paths are kept from the next event on. */
  readonly reads = new GraphReads();
  readonly #shared: SharedParts = { reads: this.reads, owners: new Owners() };
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<WakeListener>();

  /** Watches no kind before {@link ensure}. */
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
   * Starts the kind's watch unless it runs. Resolves when the cache is synced, or when the owner released it
   * in the meantime. The watch ends when every owner has released the kind. A further call reads the kind's
   * schema again. Rejects with ApiError when the schema cannot be read.
   *
   * @param owner Name of the user of the cache, such as the CRD whose instances it serves.
   */
  async ensure(kind: KindRef, owner: string): Promise<void> {
    const watched = this.#watchedOf(kind);
    watched.owners.add(owner);
    const info = await this.#schemas.resolve(kind);
    if (info) watched.store.objects.schema = info.schema;
    if (watched.stop.signal.aborted) return;
    watched.reflector ??= this.#start(watched);
    // Rejects only when the watch was stopped before: then no owner waits for the cache.
    await watched.reflector.synced.catch(() => {});
  }

  /**
   * Fills in the paths that the graph reads and the synced caches of these kinds lack, by at most one list
   * per kind of the graph's own children. Rejects with ApiError.
   */
  async complete(instances: InstanceKind, kinds: readonly KindRef[]): Promise<void> {
    await Promise.all(kinds.map(async (kind) => {
      const store = this.#synced(kind)?.store;
      if (store?.objects.lacksReads(instances)) await this.#readAgain(store, instances);
    }));
  }

  /**
   * Drops the paths of graphs that were added before the one with these reads and that it does not read.
   * Without `reads` drops the paths of all graphs of the kind.
   */
  dropReadsBefore(instances: InstanceKind, reads?: NodeReads): void {
    this.reads.removeBefore(instances, reads);
    for (const { store } of this.#watched.values()) store.objects.trim(instances);
  }

  /**
   * Releases the owner's kinds except those in `keep`. The watch of a kind ends with its last owner; instances
   * that wait for the deletion of an object of that kind are woken, because no event will report it.
   */
  release(owner: string, keep: readonly KindRef[] = []): void {
    const kept = new Set(keep.map(gvkKey));
    for (const [key, watched] of this.#watched) {
      if (kept.has(key) || !watched.owners.delete(owner) || watched.owners.size > 0) continue;
      const waiting = watched.store.objects.instancesOfDeleted();
      watched.stop.abort();
      watched.store.objects.clear();
      this.#watched.delete(key);
      this.#wake(waiting);
    }
  }

  /** The cache of a kind; undefined until it is synced, as far as kro's permissions allow. */
  store(kind: KindRef): ChildReader | undefined {
    return this.#synced(kind)?.store.objects;
  }

  /**
   * The cache of a kind if it covers the namespace. Where kro may not watch all namespaces, the namespace is
   * watched alone; then the result for undefined holds only the namespaces asked for so far.
   */
  async storeFor(kind: KindRef, namespace: string | undefined): Promise<ChildReader | undefined> {
    return (await this.#covering(kind, namespace))?.objects;
  }

  /** As {@link storeFor}, for writes. */
  async writerFor(kind: KindRef, namespace: string | undefined): Promise<ChildWriter | undefined> {
    return await this.#covering(kind, namespace);
  }

  /** The synced caches. */
  stores(): ChildReader[] {
    return [...this.#watched.values()].filter((watched) => watched.reflector?.hasSynced)
      .map((watched) => watched.store.objects);
  }

  /**
   * Resyncs the cache of a kind: finds and corrects changes that no event reported. Compares no object when
   * the kind is not cached. Rejects with ApiError.
   */
  async sweep(kind: KindRef, waits: SweepWaits): Promise<Swept> {
    const store = this.#synced(kind)?.store;
    return store ? await sweepKind(this.#client, store, waits) : { compared: 0, missed: 0 };
  }

  /** Registers a listener for instances to requeue; the returned function removes it. */
  onChange(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Kinds whose cache is not synced, as `Deployment.apps`. */
  unsynced(): string[] {
    return [...this.#watched.values()].filter((watched) => !watched.reflector?.hasSynced)
      .map((watched) => groupKind(watched.store.objects.kind)).sort();
  }

  /** The number of watched kinds and of cached objects. */
  counts(): { kinds: number; objects: number } {
    const all = [...this.#watched.values()].map((watched) => watched.store.objects);
    return { kinds: all.length, objects: all.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Ends all watches. */
  stop(): void {
    for (const watched of this.#watched.values()) watched.stop.abort();
    this.#watched.clear();
  }

  #watchedOf(kind: KindRef): Watched {
    const key = gvkKey(kind);
    const known = this.#watched.get(key);
    if (known) return known;
    const watched: Watched = {
      store: new ChildStore(kind, this.#shared, (instances) => {
        // Before the first list ends, owners wait for the cache and reconcile their instances afterwards.
        if (watched.reflector?.hasSynced) this.#wake(instances);
      }),
      owners: new Set(),
      stop: new AbortController(),
    };
    this.#watched.set(key, watched);
    return watched;
  }

  #synced(kind: KindRef): Watched | undefined {
    const watched = this.#watched.get(gvkKey(kind));
    return watched?.reflector?.hasSynced ? watched : undefined;
  }

  async #covering(kind: KindRef, namespace: string | undefined): Promise<ChildStore | undefined> {
    const { store, reflector } = this.#synced(kind) ?? {};
    if (!reflector) return undefined;
    if (reflector.isComplete || (kind.namespaced && namespace === undefined)) return store;
    return await reflector.covers(namespace) ? store : undefined;
  }

  async #readAgain(store: ChildStore, { group, kind }: InstanceKind): Promise<void> {
    const { objects } = store;
    const labels = {
      [Label.owned]: "true",
      [Label.instanceGroup]: group,
      [Label.instanceKind]: kind,
    };
    const labelSelector = Object.entries(labels).map((pair) => pair.join("=")).join(",");
    const selection = { labelSelector };
    for await (
      const { items } of everyPage(
        this.#client,
        objects.kind,
        selection,
        () => objects.namespaces(),
      )
    ) {
      for (const item of items) store.refresh(item);
    }
  }

  #start({ store, stop }: Watched): ScopedReflector {
    const { kind } = store.objects;
    const routed = (woke: boolean) => {
      if (reflector.hasSynced) this.#onRouted?.(kind, woke);
    };
    const deleted = (object: KubeObject) =>
      inBackground(
        "deletion event",
        this.#deleted(store, object).then(routed),
      );
    const reflector: ScopedReflector = new ScopedReflector(this.#client, kind, {
      labelSelector: `${Label.owned}=true`,
      onError: (error) => this.#onError?.(kind, error),
      onLost: () => store.objects.clear(),
      onListed: (list) => {
        for (const object of store.objects.missingFrom(list)) deleted(object);
      },
    }, {
      added: (object) => routed(store.observe(object)),
      modified: (object) => routed(store.observe(object)),
      deleted,
    });
    inBackground("watch", reflector.start(stop.signal));
    return reflector;
  }

  /**
   * Handles a DELETED event. A watch by label sends it also when only the label was removed, so one GET
   * decides, unless the delete is our own. Resolves to whether an instance was woken.
   */
  async #deleted(store: ChildStore, object: KubeObject): Promise<boolean> {
    const { namespace, name = "", uid, resourceVersion } = object.metadata;
    const at = { namespace, name, uid, resourceVersion };
    if (!store.deletedByUs(at)) {
      const live = await this.#read(store.objects.kind, at);
      if (live && live.metadata.uid === uid) return store.stripped(live);
    }
    return store.gone(at);
  }

  /** Undefined also when the GET fails: the woken pass then applies without force, which is safe. */
  async #read(
    kind: KindRef,
    { namespace, name }: { namespace?: string; name: string },
  ): Promise<KubeObject | undefined> {
    try {
      return await this.#client.get({ kind, namespace, name });
    } catch {
      return undefined;
    }
  }

  #wake(instances: readonly InstanceId[]): void {
    for (const instance of instances) {
      for (const listener of this.#listeners) listener(instance);
    }
  }
}
