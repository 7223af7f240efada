/** `Cluster` over watch caches: reads send no request, and only objects that differ are written. */
import {
  ApiError,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  Manager,
  type ObjectRef,
  refKey,
  refText,
} from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";
import type { SchemaSource } from "../openapi/mod.ts";
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
} from "../reconcile/mod.ts";
import type { ChildCaches } from "./cache/children.ts";
import type { ExternalCaches } from "./cache/external.ts";
import type { Interest } from "./cache/interests.ts";
import type { ChildWriter } from "./cache/store.ts";
import { isFirstWrite } from "./drift/fingerprint.ts";
import { type ForeignChange, foreignChange } from "./drift/foreign_change.ts";
import type { RevertBackoff } from "./drift/revert_backoff.ts";
import type { KeyedMutex } from "./keyed_mutex.ts";
import { actionOf, LiveCluster } from "./live.ts";
import type { LiveLists } from "./live_lists.ts";
import { applyOver } from "./renamed_elements.ts";
import { itemSelector, memberSelector } from "./selectors.ts";

/** The parts that the {@link CachedCluster}s of all passes share. */
export interface CachedParts {
  /** Sends writes, and reads of kinds that are not cached. */
  client: KubeClient;
  /** Looks up the kinds that the API server serves. */
  discovery: Discovery;
  /** Schemas, to compare live objects of kinds that are not cached. */
  schemas: SchemaSource;
  /** Caches of the children. */
  children: ChildCaches;
  /** Caches of external objects. */
  externals: ExternalCaches;
  /** Backs off repairing fields that another manager keeps reverting. */
  reverts: RevertBackoff;
  /** Serialises writes of the same object by different instances, by the object's key. */
  locks: KeyedMutex;
  /** Consistent lists of members, before a finalizer is removed. */
  liveLists: LiveLists;
}

/** Sends a pass's writes to its own instance, so that the owner of the instance can track them. */
export interface InstanceWriter {
  /** Sends a patch of finalizer, labels and inventory. Rejects as `send` does. */
  patch(send: () => Promise<KubeObject>): Promise<KubeObject>;
  /** Sends a write of the status. Rejects as `send` does. */
  writeStatus(send: () => Promise<KubeObject>): Promise<KubeObject>;
}

/**
 * The cluster as one pass over one instance sees it. Create a new one for each pass, and call
 * {@link CachedCluster.finish} at its end.
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
  /** Objects that the pass read live because no cache holds them, to tell what their apply changed. */
  readonly #liveReads = new Map<string, KubeObject>();
  #interests: Interest[] = [];
  #isPolled = false;

  /**
   * Creates the cluster of one pass.
   *
   * @param instance Key with which changes of external objects wake the instance.
   * @param instanceWriter Sends the writes to the instance; by default they are sent directly.
   */
  constructor(parts: CachedParts, instance: string, instanceWriter?: InstanceWriter) {
    this.#parts = parts;
    this.#live = new LiveCluster(parts.client, parts.discovery, parts.schemas);
    this.#instance = instance;
    this.#instanceWriter = instanceWriter;
  }

  /** Whether the pass used a kind that is not watched, so that the instance has to be polled. */
  get isPolled(): boolean {
    return this.#isPolled;
  }

  /**
   * Reads the cache of children, or the cache of external objects if only that one holds the kind; a GET for
   * kinds that are not watched.
   */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { children, externals } = this.#parts;
    const store = await children.storeFor(ref.kind, ref.namespace);
    const child = store?.get(ref);
    if (child) return child;
    if (store && !await externals.watches(ref.kind, ref.namespace)) return undefined;
    return await this.getExternal(ref);
  }

  /**
   * Reads the cache of external objects; a GET for kinds that are not watched. The cache of children cannot
   * be used: it keeps only the paths of an object that the graph of its own instance reads.
   */
  async getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    const { externals } = this.#parts;
    const { kind, namespace, name } = ref;
    if (!await externals.watches(kind, namespace)) return await this.#polled().get(ref);
    this.#interest({ kind, namespace, name });
    return await externals.get(ref);
  }

  /** GET. */
  async getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    const object = await this.#live.getLive(ref);
    if (object) this.#liveReads.set(refKey(ref), object);
    return object;
  }

  /** Reads the cache of children; for other kinds lists by label as {@link listExternal}. */
  async listMembers(scope: ListScope, applySet: string): Promise<KubeObject[]> {
    const { kind, namespace } = scope;
    const store = await this.#parts.children.storeFor(kind, namespace);
    if (store) return store.members(applySet, namespace);
    return await this.listExternal({ kind, namespace, labelSelector: memberSelector(applySet) });
  }

  /** A consistent LIST of metadata; concurrent passes share it. */
  listMembersLive(scope: ListScope, applySet: string): Promise<KubeObject[]> {
    return this.#parts.liveLists.members(scope, applySet);
  }

  /** Reads the cache of children; for other kinds lists by label as {@link listExternal}. */
  async listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    const { kind, instanceUid, nodeId } = collection;
    const store = await this.#parts.children.storeFor(kind, undefined);
    if (store) return store.items(instanceUid, nodeId);
    return await this.listExternal({ kind, labelSelector: itemSelector(collection) });
  }

  /** Reads the cache of external objects; a LIST for kinds that are not watched. */
  async listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    const { externals } = this.#parts;
    if (!await externals.watches(selection.kind, selection.namespace)) {
      return await this.#polled().listExternal(selection);
    }
    this.#interest(selection);
    return await externals.list(selection);
  }

  /**
   * Server-side apply. Sends no request when the cache shows that the object is up to date, or while repairs
   * of it are backed off. Rejects with `Conflict` when the object belongs to another ApplySet.
   */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const { children, locks } = this.#parts;
    const writer = await children.writerFor(ref.kind, ref.namespace);
    if (!writer) return await this.#polled().apply(ref, desired, options);
    const key = refKey(ref);
    const isFree = locks.isFree(key);
    const unchanged = isFree ? this.#unchanged(writer, ref, desired, options) : undefined;
    if (unchanged) return unchanged;
    return await locks.run(key, async () => {
      // The write that held the lock before may have applied the object already.
      const unchanged = isFree ? undefined : this.#unchanged(writer, ref, desired, options);
      return unchanged ?? await this.#write(writer, ref, desired, options);
    });
  }

  /** Deletes; the cache shows the object as being deleted until an event reports it gone. */
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

  /** JSON merge patch of the instance. */
  async patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    const send = () => this.#live.patch(ref, patch);
    return await (this.#instanceWriter?.patch(send) ?? send());
  }

  /** PUT of the instance's status. */
  async writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    const send = () => this.#live.writeStatus(ref, object);
    return await (this.#instanceWriter?.writeStatus(send) ?? send());
  }

  /** Looks the kind up by cached or fresh discovery, then by CRDs and APIServices. */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#live.serves(kind, options);
  }

  /**
   * Ends the pass. From then on only the external objects that it read wake the instance.
   *
   * @param complete False for a pass that ended early: it may not have read all external objects, so the
   * interests of earlier passes are kept as well.
   */
  finish(complete: boolean): void {
    if (complete) this.#parts.externals.keep(this.#instance, this.#interests);
    this.#interests = [];
  }

  /**
   * The result of an apply that needs no request, by the cache; undefined when one has to be sent. Throws
   * `Conflict` when the object belongs to another ApplySet.
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
    // Without an earlier state only the response shows whether the apply created the object.
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

  /** Sends one GET, because the cache holds neither all values nor the fields of other managers. */
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
    // Registered before the read, so that every later change wakes the instance.
    this.#parts.externals.add(this.#instance, interest);
  }
}

/** Throws `Conflict` for an object of another ApplySet: not even a forced apply takes it over. */
function refuseTaken(ref: ObjectRef, live: KubeObject | undefined, desired: KubeObject): void {
  const owner = live?.metadata.labels?.[Label.applySetPartOf];
  const wanted = desired.metadata.labels?.[Label.applySetPartOf];
  if (owner === undefined || wanted === undefined || owner === wanted) return;
  const message = `apply ${refText(ref)}: it belongs to ApplySet "${owner}", not to "${wanted}"`;
  throw new ApiError(message, { reason: "Conflict", code: 409 });
}
