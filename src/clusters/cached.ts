/**
 * The implementation of the interface `Cluster` with watch caches, used by the operator. Reads of watched
 * kinds send no request, and an object is written only if it differs from the desired object.
 */
import {
  FINALIZER,
  isObject,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Manager,
  type ObjectRef,
  refKey,
  refText,
} from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";
import type { SchemaSource } from "../openapi/mod.ts";
import {
  type Applied,
  type ApplyOptions,
  type Cluster,
  type CollectionRef,
  type DeleteOptions,
  type ExternalSelection,
  type GroupKind,
  type ListScope,
  type ServesOptions,
} from "../reconcile/mod.ts";
import type { ChildCaches } from "./cache/children.ts";
import type { ExternalCaches } from "./cache/external.ts";
import type { Interest } from "./cache/interests.ts";
import { kindMissing } from "./cache/kind_missing.ts";
import type { ChildWriter } from "./cache/child_writer.ts";
import { isFirstWrite } from "./drift/fingerprint.ts";
import { type ForeignChange, foreignChange } from "./drift/foreign_change.ts";
import type { RevertBackoff } from "./drift/revert_backoff.ts";
import type { KeyedMutex } from "./keyed_mutex.ts";
import { actionOf, LiveCluster } from "./live.ts";
import type { LiveLists } from "./live_lists.ts";
import { applyOver } from "./renamed_elements.ts";
import { refuseTaken } from "./refuse_taken.ts";
import { itemSelector } from "./selectors.ts";

/** The parts that all {@link CachedCluster} objects share. Each pass has a `CachedCluster` of its own. */
export interface CachedParts {
  /** The client that sends writes, and reads of kinds that are not cached. */
  client: KubeClient;
  /** The lookup of the kinds that the API server serves. */
  discovery: Discovery;
  /** The schemas of kinds, used to compare live objects of kinds that are not cached. */
  schemas: SchemaSource;
  /** The watch caches of child objects, which kro created for instances. */
  children: ChildCaches;
  /** The caches of external objects, which graphs read but do not create. */
  externals: ExternalCaches;
  /** The backoff of repairing fields that another field manager keeps reverting. */
  reverts: RevertBackoff;
  /** One mutex for each object, so that two instances never write the same object at the same time. */
  locks: KeyedMutex;
  /**
   * Lists the objects of an ApplySet from the API server, so that kro removes the finalizer of an instance
   * only when no object is left.
   */
  liveLists: LiveLists;
}

/**
 * Sends the writes that a pass makes to its own instance. The controller of the instance implements this
 * interface to track these writes.
 */
export interface InstanceWriter {
  /**
   * Calls `send`, which patches the finalizer, labels and inventory of the instance. Rejects with the error
   * of `send`.
   */
  patch(send: () => Promise<KubeObject>): Promise<KubeObject>;
  /** Calls `send`, which writes the status of the instance. Rejects with the error of `send`. */
  writeStatus(send: () => Promise<KubeObject>): Promise<KubeObject>;
}

/**
 * The cluster as seen by one pass, which is one reconciliation of one instance. Create a new object for each
 * pass, and call {@link CachedCluster.finish} at the end of the pass.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { type PassContext, reconcile } from "../reconcile/mod.ts";
 * import { CachedCluster, type CachedParts } from "./mod.ts";
 *
 * async function pass(parts: CachedParts, graph: Graph, instance: KubeObject, context: PassContext) {
 *   const cluster = new CachedCluster(parts, `${instance.metadata.namespace}/${instance.metadata.name}`);
 *   const { next } = await reconcile(graph, instance, cluster, context);
 *   cluster.finish(next.kind !== "retry");
 *   return { next, mustPoll: cluster.isPolled };
 * }
 * ```
 */
export class CachedCluster implements Cluster {
  readonly #parts: CachedParts;
  readonly #live: LiveCluster;
  readonly #instance: string;
  readonly #instanceWriter?: InstanceWriter;
  /**
   * The live objects that the pass read because no cache contains them. The effect of a later apply is
   * determined by comparing its response with these objects.
   */
  readonly #liveReads = new Map<string, KubeObject>();
  #interests: Interest[] = [];
  #isPolled = false;

  /**
   * Creates the cluster for one pass.
   *
   * @param instance The key of the instance. When an external object changes, the instance is requeued by
   * this key.
   * @param instanceWriter Sends the writes to the instance itself. By default, these writes are sent
   * directly.
   */
  constructor(parts: CachedParts, instance: string, instanceWriter?: InstanceWriter) {
    this.#parts = parts;
    this.#live = new LiveCluster(parts.client, parts.discovery, parts.schemas);
    this.#instance = instance;
    this.#instanceWriter = instanceWriter;
  }

  /**
   * Whether the pass used a kind that is not watched. No event reports changes of objects of this kind, so
   * the instance has to be polled.
   */
  get isPolled(): boolean {
    return this.#isPolled;
  }

  /**
   * Returns an object from the cache of child objects, or else from the cache of external objects. Sends a
   * GET if neither cache covers the kind.
   */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { children, externals } = this.#parts;
    const read = await children.read(ref.kind, ref.namespace, (objects) => ({
      child: objects.get(ref),
    }));
    if (read?.child) return read.child;
    if (read && !await externals.watches(ref.kind, ref.namespace)) return undefined;
    return await this.getExternal(ref);
  }

  /**
   * Returns an object from the cache of external objects. Sends a GET if the kind is not watched. The cache
   * of child objects is not used, even if that cache contains the object: it keeps only the paths that the
   * object's own graph reads, and the graph of this pass may read other paths.
   */
  async getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { externals } = this.#parts;
    const { kind, namespace, name } = ref;
    if (!await externals.watches(kind, namespace)) return await this.#polled().get(ref);
    this.#interest({ kind, namespace, name });
    return await externals.get(ref);
  }

  /** Sends a GET, without reading a cache. */
  async getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    const object = await this.#live.getLive(ref);
    if (object) this.#liveReads.set(refKey(ref), object);
    return object;
  }

  /**
   * Returns the objects of the ApplySet from the cache of child objects. Sends a LIST if the cache does not
   * cover the kind and the namespace. The cache of external objects is not used, because it may not yet
   * contain an object that kro has just created. If pruning missed the only object of a kind, pruning would
   * remove the kind from the inventory, and the object would never be deleted.
   */
  async listMembers(
    scope: ListScope,
    applySet: string,
    instanceUid?: string,
  ): Promise<KubeObject[]> {
    const { kind, namespace } = scope;
    const cached = await this.#parts.children.read(
      kind,
      namespace,
      (objects) => objects.members(applySet, namespace, instanceUid),
    );
    return cached ?? await this.#polled().listMembers(scope, applySet);
  }

  /**
   * Lists the metadata of the objects with the label of the instance or ApplySet from the API server.
   * Concurrent passes share one consistent LIST.
   */
  listMembersLive(scope: ListScope, applySet: string, uid?: string): Promise<KubeObject[]> {
    return this.#parts.liveLists.members(scope, applySet, uid);
  }

  /**
   * Returns the objects of a collection node from the cache of child objects, or by {@link listExternal} if
   * the kind is not cached. Where kro may watch only some namespaces, only their objects are returned.
   */
  async listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    const { kind, instanceUid, nodeId } = collection;
    const objects = this.#parts.children.store(kind);
    if (objects) return objects.items(instanceUid, nodeId);
    return await this.listExternal({ kind, labelSelector: itemSelector(collection) });
  }

  /**
   * Returns the selected objects from the cache of external objects. Sends a LIST if the kind is not watched.
   */
  async listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    const { externals } = this.#parts;
    if (!await externals.watches(selection.kind, selection.namespace)) {
      return await this.#polled().listExternal(selection);
    }
    this.#interest(selection);
    return await externals.list(selection);
  }

  /**
   * Applies an object with server-side apply. Sends no request if the cache shows that the object is up to
   * date, or while kro backs off repairing the object. Rejects with `Conflict` when the object belongs to
   * another ApplySet. Rejects without a request when the API server does not serve the kind.
   */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const { children, locks } = this.#parts;
    const writer = await children.writerFor(ref.kind, ref.namespace);
    if (!writer) return await this.#polled().apply(ref, desired, options);
    if (children.isMissing(ref.kind, this.#instance)) throw kindMissing("apply", refText(ref));
    const key = refKey(ref);
    const isFree = locks.isFree(key);
    const unchanged = isFree ? this.#unchanged(writer, ref, desired, options) : undefined;
    if (unchanged) return unchanged;
    return await locks.run(key, async () => {
      // The task that held the mutex before may have applied the object already, so the cache is checked
      // again.
      const unchanged = isFree ? undefined : this.#unchanged(writer, ref, desired, options);
      return unchanged ?? await this.#write(writer, ref, desired, options);
    });
  }

  /**
   * Deletes an object. The cache marks the object as being deleted until a watch event reports the deletion.
   */
  async delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    const { children, client, locks, reverts } = this.#parts;
    const writer = await children.writerFor(ref.kind, ref.namespace);
    if (!writer) return await this.#polled().delete(ref, options);
    const { namespace, name } = ref;
    const { uid } = options;
    const key = refKey(ref);
    await locks.run(key, async () => {
      await writer.delete(
        { namespace, name, uid },
        () => client.delete(ref, { uid, propagation: "Background" }),
      );
      reverts.forget(key);
    });
  }

  /** Sends a JSON merge patch of the instance. */
  async patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    const { metadata } = patch;
    const finalizers = isObject(metadata) ? metadata.finalizers : undefined;
    const isRelease = Array.isArray(finalizers) && !finalizers.includes(FINALIZER);
    const request = () => this.#live.patch(ref, patch);
    const send = isRelease ? () => this.#parts.children.releaseInstance(ref, request) : request;
    return await (this.#instanceWriter?.patch(send) ?? send());
  }

  /** Sends a PUT of the instance's status. */
  async writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    const send = () => this.#live.writeStatus(ref, object);
    return await (this.#instanceWriter?.writeStatus(send) ?? send());
  }

  /**
   * Looks the kind up in discovery, which may be cached. If discovery does not contain the kind, looks it up
   * in the CRDs and APIServices of the cluster.
   */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#live.serves(kind, options);
  }

  /**
   * Ends the pass. If the pass is complete, a change of an external object now requeues the instance only if
   * this pass read the object.
   *
   * @param complete False if the pass ended early. The pass may then not have read every external object, so
   * the interests of earlier passes are kept as well.
   */
  finish(complete: boolean): void {
    if (complete) this.#parts.externals.keep(this.#instance, this.#interests);
    this.#interests = [];
  }

  /**
   * Returns the result of an apply that needs no request because the cached object is up to date; undefined
   * when a request is needed. Throws `Conflict` when the object belongs to another ApplySet.
   */
  #unchanged(
    writer: ChildWriter,
    ref: ObjectRef,
    desired: KubeObject,
    { volatile }: ApplyOptions,
  ): Applied | undefined {
    const cached = writer.objects.get(ref);
    refuseTaken(ref, cached, desired);
    if (!cached || !writer.isUpToDate(ref, desired, volatile)) return undefined;
    return this.#result(writer, ref, cached, true);
  }

  async #write(
    writer: ChildWriter,
    ref: ObjectRef,
    desired: KubeObject,
    options: ApplyOptions,
  ): Promise<Applied> {
    const { reverts } = this.#parts;
    const key = refKey(ref);
    const before = writer.objects.get(ref);
    const isRepair = before !== undefined && writer.hasDrifted(ref, desired, options.volatile);
    const repair = isRepair ? reverts.advise(key) : undefined;
    if (repair && repair.waitMs > 0) return this.#result(writer, ref, before!, false);
    const change = repair?.inspect ? await this.#foreignChange(writer, ref, desired) : undefined;
    const response = await this.#send(writer, ref, desired, options);
    const earlier = before ?? this.#liveReads.get(key);
    // If no earlier state of the object is known, only the response itself can show that the apply created
    // the object.
    const isKnown = earlier !== undefined || isFirstWrite(response);
    const action = isKnown ? actionOf(earlier, response) : "configured";
    if (isRepair && action === "configured") reverts.repaired(key, change);
    return { ...this.#result(writer, ref, writer.objects.get(ref) ?? response, true), action };
  }

  #result(writer: ChildWriter, ref: ObjectRef, object: KubeObject, isUpToDate: boolean): Applied {
    const { reverts } = this.#parts;
    const reverted = reverts.size > 0 ? reverts.reverted(refKey(ref), isUpToDate) : undefined;
    const revision = writer.objects.writtenRevision(ref);
    return { object, action: "unchanged", revision, ...(reverted && { reverted }) };
  }

  /**
   * Finds the field that another field manager changed. Sends a GET, because the cache contains neither all
   * values of the object nor the managed fields of other managers.
   */
  async #foreignChange(
    { objects }: ChildWriter,
    ref: ObjectRef,
    desired: KubeObject,
  ): Promise<ForeignChange | undefined> {
    const live = await this.#live.get(ref);
    return live && foreignChange(live, desired, objects.schema);
  }

  async #send(
    writer: ChildWriter,
    ref: ObjectRef,
    desired: KubeObject,
    { force, volatile }: ApplyOptions,
  ): Promise<KubeObject> {
    const { client } = this.#parts;
    return await writer.apply(
      ref,
      desired,
      volatile,
      () =>
        force
          ? applyOver(client, ref, desired)
          : client.apply(ref, desired, { fieldManager: Manager.children, force }),
    );
  }

  #polled(): LiveCluster {
    this.#isPolled = true;
    return this.#live;
  }

  #interest(interest: Interest): void {
    this.#interests.push(interest);
    // The interest is registered before the object is read, so that no change after the read is missed.
    this.#parts.externals.add(this.#instance, interest);
  }
}
