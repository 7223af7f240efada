/**
 * The caches of external objects, which graphs read but do not create. The watch of a kind delivers only
 * metadata. A changed object is read by a GET when a pass uses the object.
 */
import {
  groupKind,
  type GroupVersionKind,
  gvkKey,
  inBackground,
  isNotFound,
  type KindRef,
  type KubeObject,
  type ObjectRef,
} from "../../api/mod.ts";
import { addRead, type Reads } from "../../cel/mod.ts";
import { type KubeClient, ScopedReflector } from "../../kube/mod.ts";
import type { RouteListener, WatchErrorListener } from "./listeners.ts";
import { ExternalStore, type Seen } from "./external_store.ts";
import { NO_READS } from "./graph_reads.ts";
import { type Interest, type InterestCount, Interests } from "./interests.ts";
import { crdNameOf, kindMissing } from "./kind_missing.ts";

interface Watched {
  readonly kind: KindRef;
  readonly store: ExternalStore;
  /**
   * The paths that each user of the cache reads. The keys are the names of the users, such as the name of a
   * CRD.
   */
  readonly owners: Map<string, Reads>;
  readonly stop: AbortController;
  readonly reflector: ScopedReflector;
  /** Whether the API server answered that it does not serve the kind. */
  isMissing: boolean;
}

/** A kind of external objects, and the paths that expressions read of its objects. */
export interface ExternalKind {
  /** The kind of the external objects. */
  kind: KindRef;
  /** The paths that expressions read of an external object. */
  reads: Reads;
}

/**
 * The maximum number of changed objects that a lookup by labels reads with one GET each. A lookup that finds
 * more changed objects reads all selected objects with one LIST.
 */
const MAX_GETS = 3;

/**
 * Caches the external objects that graphs read. When an external object changes, the instances that read it
 * are requeued. The watch delivers only metadata: the whole object is read when a pass uses it.
 *
 * @example
 * ```ts
 * import type { KindRef } from "../../api/mod.ts";
 * import type { KubeClient } from "../../kube/mod.ts";
 * import { ExternalCaches } from "../mod.ts";
 *
 * async function read(client: KubeClient, kind: KindRef, namespace: string, name: string) {
 *   const externals = new ExternalCaches(client);
 *   externals.onChange((instance) => console.log(`${instance} has to be reconciled`));
 *   await externals.ensure({ kind, reads: "whole" }, "widgets.example.com");
 *   externals.add("default/a", { kind, namespace, name });
 *   return await externals.get({ kind, namespace, name });
 * }
 * ```
 */
export class ExternalCaches {
  readonly #client: KubeClient;
  readonly #onError?: WatchErrorListener;
  readonly #onRouted?: RouteListener;
  readonly #watched = new Map<string, Watched>();
  readonly #interests = new Interests();
  readonly #listeners = new Set<(instance: string) => void>();

  /** Creates the caches. No kind is watched before {@link ensure} is called. */
  constructor(client: KubeClient, onError?: WatchErrorListener, onRouted?: RouteListener) {
    this.#client = client;
    this.#onError = onError;
    this.#onRouted = onRouted;
  }

  /**
   * Starts to watch the kind, unless it is already watched. Resolves when the metadata is synced, or when the
   * owner released the kind in the meantime. The watch ends when every owner has released the kind. If the
   * owner already uses the kind, the given paths are added to the paths that the owner reads.
   */
  async ensure({ kind, reads }: ExternalKind, owner: string): Promise<void> {
    const key = gvkKey(kind);
    const watched = this.#watched.get(key) ?? this.#start(kind);
    this.#watched.set(key, watched);
    const known = watched.owners.get(owner);
    watched.owners.set(owner, known ? merged([known, reads]) : reads);
    watched.store.reads = merged(watched.owners.values());
    // The caller has just read the schema of the kind, so the API server may serve the kind again. The watch
    // is therefore retried without delay.
    if (watched.isMissing && watched.reflector.isDefined) watched.reflector.hurry();
    // `synced` rejects only if the watch is stopped before the cache is synced. The owner then no longer
    // needs the cache, so the rejection is ignored.
    await watched.reflector.synced.catch(() => {});
  }

  /**
   * Releases all kinds that the owner uses, except the kinds in `keep`. The watch of a kind ends when the
   * last owner releases the kind.
   */
  release(owner: string, keep: readonly ExternalKind[] = []): void {
    const kept = new Map(keep.map(({ kind, reads }) => [gvkKey(kind), reads]));
    for (const [key, watched] of this.#watched) {
      const reads = kept.get(key);
      if (reads) watched.owners.set(owner, reads);
      else if (!watched.owners.delete(owner)) continue;
      watched.store.reads = merged(watched.owners.values());
      if (watched.owners.size > 0) continue;
      watched.stop.abort();
      this.#watched.delete(key);
    }
  }

  /**
   * Returns whether the cache covers the kind in the namespace. An undefined namespace means all namespaces.
   */
  async watches(kind: KindRef, namespace: string | undefined): Promise<boolean> {
    return await this.#watched.get(gvkKey(kind))?.reflector.covers(namespace) ?? false;
  }

  /**
   * Returns an object that is at least as new as the watch's last event of the object; undefined when the
   * object does not exist. Sends one GET if the object has changed since it was last read, or if the cache
   * does not cover the namespace. Rejects with ApiError, also while the API server does not serve the kind.
   */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    this.#refuseMissing(ref.kind);
    const store = this.#covering(ref.kind, ref.namespace);
    if (!store) return await this.#client.get(ref);
    const seen = store.get(ref);
    return seen && await this.#read(ref.kind, store, seen);
  }

  /**
   * Returns the objects that a label selector matches, sorted by namespace and name. Only objects that have
   * changed since they were last read are read again. Sends one LIST if the cache does not cover the
   * namespace. Rejects with ApiError, also while the API server does not serve the kind.
   */
  async list(
    query: { kind: KindRef; namespace?: string; labelSelector?: string },
  ): Promise<KubeObject[]> {
    const { kind, namespace, labelSelector } = query;
    this.#refuseMissing(kind);
    const store = this.#covering(kind, namespace);
    if (!store) return (await this.#client.list(kind, { namespace, labelSelector })).items;
    const seen = store.list(labelSelector ?? "", namespace);
    if (seen.filter((one) => !one.object).length > MAX_GETS) {
      const { items } = await this.#client.list(kind, { namespace, labelSelector });
      for (const item of items) store.read(item);
    }
    const objects = await Promise.all(seen.map((one) => this.#read(kind, store, one)));
    return objects.filter((object) => object !== undefined);
  }

  /**
   * Registers an interest of the instance in one object, or in all objects that a label selector matches.
   * When one of these objects changes, the instance is requeued.
   */
  add(instance: string, interest: Interest): void {
    this.#interests.add(instance, interest);
  }

  /** Replaces all interests of the instance by the given interests. */
  keep(instance: string, interests: readonly Interest[]): void {
    this.#interests.replace(instance, interests);
  }

  /**
   * Returns the number of registered interests for each kind of external objects. An instance has an interest
   * in a single object by its name, or in all objects that match a label selector.
   */
  interests(): InterestCount[] {
    return this.#interests.counts();
  }

  /**
   * Registers a listener that is called with the key of each instance to requeue. The returned function
   * removes the listener.
   */
  onChange(listener: (instance: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Called when a CRD was created, changed or deleted. After its deletion, no request is sent for its kinds
   * until the CRD is created again. The instances that read objects of its kinds are requeued.
   *
   * @param crd The name of the CRD.
   * @param exists False if the CRD was deleted.
   */
  crdChanged(crd: string, exists: boolean): void {
    for (const watched of this.#watched.values()) {
      if (crdNameOf(watched.kind) !== crd) continue;
      // Only a list shows that the kind is served again.
      const isNew = !exists && !watched.isMissing;
      if (!exists) watched.isMissing = true;
      watched.reflector.setDefined(exists);
      if (isNew) this.#wake(this.#interests.ofKind(watched.kind));
    }
  }

  /**
   * Sets whether the cluster serves a kind, as the compilation of a graph has found. While the cluster does not
   * serve the kind, its watch lists only every five minutes after a response 404.
   */
  setServed(kind: GroupVersionKind, isServed: boolean): void {
    this.#watched.get(gvkKey(kind))?.reflector.setDefined(isServed);
  }

  /** Returns the kinds with a watch that is not synced, in the form `ConfigMap`. */
  unsynced(): string[] {
    return [...this.#watched.values()].filter((watched) => !watched.reflector.hasSynced)
      .map((watched) => groupKind(watched.kind)).sort();
  }

  /** Ends all watches. */
  stop(): void {
    for (const watched of this.#watched.values()) watched.stop.abort();
    this.#watched.clear();
  }

  /**
   * Returns the cache of a kind if the cache covers the namespace at this moment; undefined otherwise. The
   * check is needed although a pass calls {@link watches} first, because the kind may be released between
   * that call and the read.
   */
  #covering(kind: KindRef, namespace: string | undefined): ExternalStore | undefined {
    const watched = this.#watched.get(gvkKey(kind));
    return watched?.reflector.coversNow(namespace) ? watched.store : undefined;
  }

  #refuseMissing(kind: KindRef): void {
    if (this.#watched.get(gvkKey(kind))?.isMissing) throw kindMissing("read", groupKind(kind));
  }

  /** Requeues the instances that read objects of a kind that the API server serves again. */
  #served(watched: Watched): void {
    if (!watched.isMissing) return;
    watched.isMissing = false;
    this.#wake(this.#interests.ofKind(watched.kind));
  }

  #wake(instances: readonly string[]): void {
    for (const instance of instances) for (const listener of this.#listeners) listener(instance);
  }

  async #read(kind: KindRef, store: ExternalStore, seen: Seen): Promise<KubeObject | undefined> {
    if (seen.object) return seen.object;
    const { namespace, name = "" } = seen.metadata;
    const live = await this.#client.get({ kind, namespace, name });
    return live && store.read(live);
  }

  #start(kind: KindRef): Watched {
    const store = new ExternalStore();
    const stop = new AbortController();
    const changed = (before: Seen | undefined, object: KubeObject) => {
      if (!reflector.hasSynced) return;
      const woken = this.#interests.matching(kind, before?.metadata, object.metadata);
      this.#onRouted?.(kind, woken.length > 0);
      this.#wake(woken);
    };
    const reflector: ScopedReflector = new ScopedReflector(this.#client, kind, {
      metadataOnly: true,
      onError: (error) => {
        if (isNotFound(error)) watched.isMissing = true;
        this.#onError?.(kind, error);
      },
      onLost: () => store.clear(),
      onListed: () => this.#served(watched),
    }, {
      added: (object) => changed(store.observe(object), object),
      modified: (object) => changed(store.observe(object), object),
      deleted: (object) => changed(store.gone(object), object),
    });
    const watched: Watched = { kind, store, owners: new Map(), stop, reflector, isMissing: false };
    inBackground("watch", reflector.start(stop.signal));
    return watched;
  }
}

function merged(all: Iterable<Reads>): Reads {
  const found = new Map<string, Reads>();
  for (const reads of all) addRead(found, "", reads);
  return found.get("") ?? NO_READS;
}
