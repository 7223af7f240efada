/**
 * The watch caches of kro's children, one cache for each kind in use. A child is an object that kro created
 * for an instance.
 */
import {
  groupKind,
  type GroupVersionKind,
  gvkKey,
  inBackground,
  isNotFound,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
} from "../../api/mod.ts";
import { everyPage, type KubeClient, ScopedReflector } from "../../kube/mod.ts";
import type { SchemaSource } from "../../openapi/mod.ts";
import type { ChildReader, IncomparableListener, SharedParts } from "./child_table.ts";
import { GraphReads, type InstanceKind, type NodeReads } from "./graph_reads.ts";
import type { InstanceId } from "./instance_id.ts";
import { Owners } from "./owners.ts";
import type { ChildWriter } from "./child_writer.ts";
import { DeletionEvents } from "./deletion_event.ts";
import type { RouteListener, WakeListener, WatchErrorListener } from "./listeners.ts";
import { ChildStore } from "./store.ts";
import { crdNameOf } from "./kind_missing.ts";
import { sweepKind, type SweepWaits, type Swept } from "./sweep.ts";

interface Watched {
  readonly store: ChildStore;
  readonly owners: Set<string>;
  readonly stop: AbortController;
  reflector?: ScopedReflector;
  /** Whether the API server answered that it does not serve the kind. */
  isMissing: boolean;
  /** The keys of the instances to requeue when the API server serves the kind again. */
  readonly waiting: Set<string>;
}

/**
 * Watches the kinds of kro's children with one reflector and one cache for each kind. {@link ChildReader}
 * gives read access to a cache, {@link ChildWriter} write access. When a child changes, the listeners of
 * {@link onChange} are called with its instance, so that the instance is requeued.
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
  /**
   * The paths of child objects that the expressions of each graph read. If a path is added after an object
   * was cached, the value at the path is missing from the cache until the next event of the object, or until
   * {@link complete} is called.
   */
  readonly reads = new GraphReads();
  readonly #shared: SharedParts;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<WakeListener>();
  readonly #servedListeners = new Set<(instance: string) => void>();

  /** Creates the caches. No kind is watched before {@link ensure} is called. */
  constructor(
    client: KubeClient,
    schemas: SchemaSource,
    onError?: WatchErrorListener,
    onRouted?: RouteListener,
    onIncomparable?: IncomparableListener,
  ) {
    this.#client = client;
    this.#schemas = schemas;
    this.#onError = onError;
    this.#onRouted = onRouted;
    this.#shared = { reads: this.reads, owners: new Owners(), onIncomparable };
  }

  /**
   * Starts to watch the kind, unless it is already watched. Resolves when the cache is synced, or when the
   * owner released the kind in the meantime. The watch ends when every owner has released the kind. Each call
   * reads the schema of the kind again. Rejects with ApiError when the schema cannot be read.
   *
   * @param owner The name of the user of the cache, such as the name of the CRD whose instances need the
   * kind.
   */
  async ensure(kind: KindRef, owner: string): Promise<void> {
    const watched = this.#watchedOf(kind);
    watched.owners.add(owner);
    const info = await this.#schemas.resolve(kind);
    if (info) watched.store.objects.schema = info.schema;
    if (watched.stop.signal.aborted) return;
    // The API server returned the schema of the kind, so it serves the kind again. The watch is therefore
    // retried without delay.
    if (info && watched.isMissing) watched.reflector?.hurry();
    watched.reflector ??= this.#start(watched);
    // `synced` rejects only if the watch is stopped before the cache is synced. The owner then no longer
    // needs the cache, so the rejection is ignored.
    await watched.reflector.synced.catch(() => {});
  }

  /**
   * Reads the graph's children of these kinds again if a synced cache lacks values that the graph reads.
   * Sends at most one LIST for each kind, which selects the children of the graph by their labels. Rejects
   * with ApiError when a LIST fails.
   *
   * @param instances The kind of the graph's instances.
   * @param kinds The kinds of the graph's children.
   */
  async complete(instances: InstanceKind, kinds: readonly KindRef[]): Promise<void> {
    await Promise.all(kinds.map(async (kind) => {
      const store = this.#synced(kind)?.store;
      if (store?.objects.lacksReads(instances)) await this.#readAgain(store, instances);
    }));
  }

  /**
   * Removes the paths that were recorded for older graphs of the instance kind, and the cached values that
   * only the older graphs read.
   *
   * @param instances The kind of the graph's instances.
   * @param reads The paths of the present graph; all paths that were recorded earlier are removed. If absent,
   * the paths of all graphs of the kind are removed.
   */
  dropReadsBefore(instances: InstanceKind, reads?: NodeReads): void {
    this.reads.removeBefore(instances, reads);
    for (const { store } of this.#watched.values()) store.objects.trim(instances);
  }

  /**
   * Releases all kinds that the owner uses, except the kinds in `keep`. The watch of a kind ends when the
   * last owner releases the kind. Instances that wait for the deletion of an object of the kind are then
   * requeued, because no event will report the deletion.
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

  /**
   * Returns the cache of a kind; undefined until the cache is synced. Where kro may watch only some
   * namespaces, the cache contains only the objects of these namespaces.
   */
  store(kind: KindRef): ChildReader | undefined {
    return this.#synced(kind)?.store.objects;
  }

  /**
   * Calls `read` with the cache of a kind and returns its result. If the cache does not cover the namespace,
   * returns undefined without calling `read`. Where kro may not watch all namespaces, the first call for a
   * namespace starts a watch of that namespace.
   *
   * @param namespace The namespace that the cache has to cover; undefined for all namespaces.
   * @param read Called synchronously after the check that the cache covers the namespace, so that the cache
   * cannot be released or cleared in between.
   */
  async read<T>(
    kind: KindRef,
    namespace: string | undefined,
    read: (objects: ChildReader) => T,
  ): Promise<T | undefined> {
    await this.#synced(kind)?.reflector?.covers(namespace);
    const store = this.#covering(kind, namespace);
    return store && read(store.objects);
  }

  /** Returns write access to the cache of a kind under the same conditions as {@link read}. */
  async writerFor(kind: KindRef, namespace: string | undefined): Promise<ChildWriter | undefined> {
    await this.#synced(kind)?.reflector?.covers(namespace);
    return this.#covering(kind, namespace);
  }

  /**
   * Calls `send`, which removes kro's finalizer from an instance, and returns its promise. If kro created the
   * instance for another instance, the cache expects the DELETED event of the object.
   */
  releaseInstance<T>({ kind, ...at }: ObjectRef, send: () => Promise<T>): Promise<T> {
    return this.#covering(kind, at.namespace)?.release(at, send) ?? send();
  }

  /**
   * Returns true when the API server does not serve the kind. In this case, the key of the instance is
   * stored. When the API server serves the kind again, the listeners of {@link onServed} are called with the
   * stored key.
   */
  isMissing(kind: KindRef, instance: string): boolean {
    const watched = this.#watched.get(gvkKey(kind));
    if (!watched?.isMissing) return false;
    watched.waiting.add(instance);
    return true;
  }

  /**
   * Called when a CRD was created, changed or deleted. After its deletion, no request is sent for its kinds
   * until the CRD is created again.
   *
   * @param crd The name of the CRD.
   * @param exists False if the CRD was deleted.
   */
  crdChanged(crd: string, exists: boolean): void {
    for (const watched of this.#watched.values()) {
      if (crdNameOf(watched.store.objects.kind) !== crd) continue;
      // Only a list shows that the kind is served again.
      if (!exists && watched.reflector) watched.isMissing = true;
      watched.reflector?.setDefined(exists);
    }
  }

  /**
   * Sets whether the cluster serves a kind, as the compilation of a graph has found. While the cluster does not
   * serve the kind, its watch lists only every five minutes after a response 404.
   */
  setServed(kind: GroupVersionKind, isServed: boolean): void {
    this.#watched.get(gvkKey(kind))?.reflector?.setDefined(isServed);
  }

  /** Drops the stored key of an instance that no longer exists. See {@link isMissing}. */
  forget(instance: string): void {
    for (const { waiting } of this.#watched.values()) waiting.delete(instance);
  }

  /**
   * Registers a listener that is called when the API server serves a missing kind again. The listener is
   * called with each instance key that {@link isMissing} has stored for the kind. The returned function
   * removes the listener.
   */
  onServed(listener: (instance: string) => void): () => void {
    this.#servedListeners.add(listener);
    return () => this.#servedListeners.delete(listener);
  }

  /** Returns the caches that are synced. */
  stores(): ChildReader[] {
    return [...this.#watched.values()].filter((watched) => watched.reflector?.hasSynced)
      .map((watched) => watched.store.objects);
  }

  /**
   * Runs a full resync of the cache of a kind, which finds and corrects changes that no event reported.
   * Compares no object when the kind is not cached. Rejects with ApiError when objects cannot be read.
   */
  async sweep(kind: KindRef, waits: SweepWaits): Promise<Swept> {
    const { store, reflector } = this.#synced(kind) ?? {};
    if (!store) return { compared: 0, missed: 0 };
    return await sweepKind(this.#client, store, waits, () => reflector?.connection);
  }

  /**
   * Registers a listener that is called with each instance to requeue. The returned function removes the
   * listener.
   */
  onChange(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the kinds with a cache that is not synced, in the form `Deployment.apps`. */
  unsynced(): string[] {
    return [...this.#watched.values()].filter((watched) => !watched.reflector?.hasSynced)
      .map((watched) => groupKind(watched.store.objects.kind)).sort();
  }

  /** Returns the number of watched kinds and the number of cached objects. */
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
        // Events of the first list requeue no instance. The owners of the kind wait for the first list and
        // reconcile their instances afterwards.
        if (watched.reflector?.hasSynced) this.#wake(instances);
      }),
      owners: new Set(),
      stop: new AbortController(),
      isMissing: false,
      waiting: new Set(),
    };
    this.#watched.set(key, watched);
    return watched;
  }

  #synced(kind: KindRef): Watched | undefined {
    const watched = this.#watched.get(gvkKey(kind));
    return watched?.reflector?.hasSynced ? watched : undefined;
  }

  #covering(kind: KindRef, namespace: string | undefined): ChildStore | undefined {
    const watched = this.#watched.get(gvkKey(kind));
    return watched?.reflector?.coversNow(namespace) ? watched.store : undefined;
  }

  async #readAgain(store: ChildStore, { group, kind }: InstanceKind): Promise<void> {
    const { objects } = store;
    const labelSelector =
      `${Label.owned}=true,${Label.instanceGroup}=${group},${Label.instanceKind}=${kind}`;
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

  #start(watched: Watched): ScopedReflector {
    const { store, stop } = watched;
    const { kind } = store.objects;
    const routed = (woke: boolean) => {
      if (reflector.hasSynced) this.#onRouted?.(kind, woke);
    };
    const deletions = new DeletionEvents(this.#client, store, stop.signal);
    const deleted = (object: KubeObject) =>
      inBackground("deletion event", deletions.handle(object).then(routed));
    const reflector: ScopedReflector = new ScopedReflector(this.#client, kind, {
      labelSelector: `${Label.owned}=true`,
      onError: (error) => {
        if (isNotFound(error)) watched.isMissing = true;
        this.#onError?.(kind, error);
      },
      onLost: () => store.clear(),
      ready: () => deletions.ready(),
      onListed: (list) => {
        this.#served(watched);
        for (const object of store.listed(list)) deleted(object);
      },
    }, {
      added: (object) => routed(store.observe(object)),
      modified: (object) => routed(store.observe(object)),
      deleted,
    });
    inBackground("watch", reflector.start(stop.signal));
    return reflector;
  }

  #served(watched: Watched): void {
    watched.isMissing = false;
    const waiting = [...watched.waiting];
    watched.waiting.clear();
    for (const instance of waiting) {
      for (const listener of this.#servedListeners) listener(instance);
    }
  }

  #wake(instances: readonly InstanceId[]): void {
    for (const instance of instances) for (const listener of this.#listeners) listener(instance);
  }
}
