/** The cached cluster: reads from watch caches, writes only what differs. One for each pass. */
import {
  ApiError,
  isNotFound,
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
import type { ChildStore } from "./cache/store.ts";
import { isFirstWrite } from "./drift/fingerprint.ts";
import { type ForeignChange, foreignChange } from "./drift/foreign_change.ts";
import type { RevertBackoff } from "./drift/revert_backoff.ts";
import type { KeyedMutex } from "./keyed_mutex.ts";
import { actionOf, LiveCluster } from "./live.ts";
import type { LiveLists } from "./live_lists.ts";
import { applyOver } from "./renamed_elements.ts";
import { itemSelector, memberSelector } from "./selectors.ts";

/** What all cached clusters of a controller share. */
export interface CachedParts {
  /** For writes, and for what no cache answers. */
  client: KubeClient;
  /** Which kinds are served. */
  discovery: Discovery;
  /** By which live objects that are in no cache are compared. */
  schemas: SchemaSource;
  /** Caches of the children. */
  children: ChildCaches;
  /** Caches of other people's objects. */
  externals: ExternalCaches;
  /** Who changes objects back. */
  fights: RevertBackoff;
  /** One write of an object at a time, whichever instance it comes from. */
  turns: KeyedMutex;
  /** Lists of metadata before an instance goes. */
  liveLists: LiveLists;
  /** Told before a patch of the instance is sent, and when it was answered or refused. */
  onPatch?: (state: "sent" | "answered" | "refused", revision?: string) => void;
  /** Told when a write of the instance's status had no answer, and may have been done or be done yet. */
  onUnsure?: () => void;
  /** Told of the instance as each write of it left it; `patched` when it was no status. */
  onInstance?: (instance: KubeObject, patched: boolean) => void;
}

/** See the file's first line. */
export class CachedCluster implements Cluster {
  readonly #parts: CachedParts;
  readonly #live: LiveCluster;
  readonly #instance: string;
  /** What the pass looked at because no cache shows it: an apply changes it rather than creates it. */
  readonly #looked = new Map<string, KubeObject>();
  #interests: Interest[] = [];
  #isPolled = false;

  /** `instance` is the key under which changes of other people's objects wake it. */
  constructor(parts: CachedParts, instance: string) {
    this.#parts = parts;
    this.#live = new LiveCluster(parts.client, parts.discovery, parts.schemas);
    this.#instance = instance;
  }

  /** The pass read or wrote what no watch tells of: somebody has to look again. */
  get isPolled(): boolean {
    return this.#isPolled;
  }

  /**
   * From the cache of children, else from the cache of external objects, if either holds the kind; a GET
   * for kinds that are not watched.
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
   * From the cache of external objects; a GET for kinds that are not watched. The cache of children is
   * no source: it keeps of an object only what the graph of its own instance reads.
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
    if (object) this.#looked.set(refKey(ref), object);
    return object;
  }

  /** From the cache of children; for other kinds as {@link listExternal} finds them by label. */
  async listMembers(scope: ListScope, applySet: string): Promise<KubeObject[]> {
    const { kind, namespace } = scope;
    const store = await this.#parts.children.storeFor(kind, namespace);
    if (store) return store.members(applySet, namespace);
    return await this.listExternal({ kind, namespace, labelSelector: memberSelector(applySet) });
  }

  /** A LIST of metadata that may be shared with other passes. */
  listMembersLive(scope: ListScope, applySet: string): Promise<KubeObject[]> {
    return this.#parts.liveLists.members(scope, applySet);
  }

  /** From the cache of children; for other kinds as {@link listExternal} finds them by label. */
  async listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    const { kind, instanceUid, nodeId } = collection;
    const store = await this.#parts.children.storeFor(kind, undefined);
    if (store) return store.items(instanceUid, nodeId);
    return await this.listExternal({ kind, labelSelector: itemSelector(collection) });
  }

  /** From the cache of external objects; a LIST for kinds that are not watched. */
  async listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    const { externals } = this.#parts;
    if (!await externals.watches(selection.kind, selection.namespace)) {
      return await this.#polled().listExternal(selection);
    }
    this.#interest(selection);
    return await externals.list(selection);
  }

  /** No request when the cache shows that all holds. Never takes what another ApplySet has. */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const { children, fights, turns } = this.#parts;
    const store = await children.storeFor(ref.kind, ref.namespace);
    if (!store) return await this.#polled().apply(ref, desired, options);
    const key = refKey(ref);
    const isFree = turns.isFree(key);
    const standing = isFree ? this.#unchanged(store, ref, desired, options) : undefined;
    if (standing) return standing;
    return await turns.run(key, async () => {
      // Who had to wait looks now: the one before may have written it.
      const unchanged = isFree ? undefined : this.#unchanged(store, ref, desired, options);
      if (unchanged) return unchanged;
      const before = store.get(ref);
      const isRepair = before !== undefined && store.drifted(ref, desired, options.volatile);
      const turn = isRepair ? fights.turn(key) : undefined;
      if (turn && turn.waitMs > 0) return this.#standing(store, ref, before!, false);
      const change = turn?.look ? await this.#foreignChange(store, ref, desired) : undefined;
      const response = await this.#send(store, ref, desired, options);
      const earlier = before ?? this.#looked.get(key);
      const known = earlier !== undefined || isFirstWrite(response);
      const action = known ? actionOf(earlier, response) : "configured";
      if (isRepair && action === "configured") fights.repaired(key, change);
      return { ...this.#standing(store, ref, store.get(ref) ?? response, true), action };
    });
  }

  /** Deletes; until the watch tells more, the cache shows the object as terminating. */
  async delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    const { children, client, turns } = this.#parts;
    const store = await children.storeFor(ref.kind, ref.namespace);
    if (!store) return await this.#polled().delete(ref, options);
    const { uid } = options;
    await turns.run(refKey(ref), async () => {
      store.begin(ref, "delete");
      try {
        await client.delete(ref, { uid, propagation: "Background" });
      } catch (error) {
        children.wake(store.failed(ref));
        if (!isNotFound(error)) throw error;
        return children.wake(store.gone({ ...ref, uid }));
      }
      children.wake(store.deleted({ ...ref, uid }, new Date().toISOString()));
    });
  }

  /** JSON merge patch of the instance. */
  async patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    const { onPatch } = this.#parts;
    onPatch?.("sent");
    try {
      const patched = this.#learn(await this.#live.patch(ref, patch), true);
      onPatch?.("answered", patched.metadata.resourceVersion);
      return patched;
    } catch (error) {
      onPatch?.("refused");
      throw error;
    }
  }

  /** PUT of the instance's status. */
  async writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    try {
      return this.#learn(await this.#live.writeStatus(ref, object), false);
    } catch (error) {
      if (mayBeDone(error)) this.#parts.onUnsure?.();
      throw error;
    }
  }

  /** By discovery, as it is known or fresh, then by CRDs and APIServices. */
  serves(kind: GroupKind, options?: ServesOptions): Promise<KindRef | undefined> {
    return this.#live.serves(kind, options);
  }

  /**
   * Ends the pass. After a complete one only objects that it read wake the instance; one that was broken
   * off may have missed some, so the earlier ones go on to count.
   */
  finish(complete: boolean): void {
    if (complete) this.#parts.externals.keep(this.#instance, this.#interests);
    this.#interests = [];
  }

  /** The answer when the cache shows that all holds; throws when another ApplySet has the object. */
  #unchanged(
    store: ChildStore,
    ref: ObjectRef,
    desired: KubeObject,
    { volatile }: ApplyOptions,
  ): Applied | undefined {
    const before = store.get(ref);
    refuseTaken(ref, before, desired);
    if (!before || !store.holds(ref, desired, volatile)) return undefined;
    return this.#standing(store, ref, before, true);
  }

  /** The result of an apply that sends nothing; `holds`: the object is as desired. */
  #standing(store: ChildStore, ref: ObjectRef, object: KubeObject, holds: boolean): Applied {
    const { fights } = this.#parts;
    const reverted = fights.size > 0 ? fights.reverted(refKey(ref), holds) : undefined;
    const revision = store.writtenRevision(ref);
    return { object, action: "unchanged", revision, ...(reverted && { reverted }) };
  }

  /** One GET: the cache keeps neither others' values nor who wrote them. */
  async #foreignChange(
    store: ChildStore,
    ref: ObjectRef,
    desired: KubeObject,
  ): Promise<ForeignChange | undefined> {
    const live = await this.#live.get(ref);
    return live && foreignChange(live, desired, store.schema);
  }

  async #send(
    store: ChildStore,
    ref: ObjectRef,
    desired: KubeObject,
    { force, volatile }: ApplyOptions,
  ): Promise<KubeObject> {
    const { children, client } = this.#parts;
    store.begin(ref, "apply");
    try {
      const response = force
        ? await applyOver(client, ref, desired)
        : await client.apply(ref, desired, { fieldManager: Manager.children, force });
      children.wake(store.applied(ref, desired, response, volatile));
      return response;
    } catch (error) {
      children.wake(store.failed(ref));
      throw error;
    }
  }

  #polled(): LiveCluster {
    this.#isPolled = true;
    return this.#live;
  }

  #interest(interest: Interest): void {
    this.#interests.push(interest);
    // At once: what changes after this read must wake.
    this.#parts.externals.add(this.#instance, interest);
  }

  #learn(instance: KubeObject, patched: boolean): KubeObject {
    this.#parts.onInstance?.(instance, patched);
    return instance;
  }
}

/** Whether a write that failed like this may have been done all the same, or be done yet. */
function mayBeDone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === undefined || error.code >= 500);
}

/** Decides between instances: an object with another ApplySet's label is not written, force or not. */
function refuseTaken(ref: ObjectRef, live: KubeObject | undefined, desired: KubeObject): void {
  const owner = live?.metadata.labels?.[Label.applySetPartOf];
  const wanted = desired.metadata.labels?.[Label.applySetPartOf];
  if (owner === undefined || wanted === undefined || owner === wanted) return;
  const message = `apply ${refText(ref)}: it belongs to ApplySet "${owner}", not to "${wanted}"`;
  throw new ApiError(message, { reason: "Conflict", code: 409 });
}
