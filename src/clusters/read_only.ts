/**
 * The implementation of the interface `Cluster` that only reads. A pass over such a cluster finds the state of
 * each node without changing an object, and needs no permission to write.
 */
import {
  ApiError,
  groupKind,
  gvkKey,
  isNotFound,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  refKey,
  refText,
} from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";
import {
  type Applied,
  applySetId,
  type Cluster,
  type CollectionRef,
  type ExternalSelection,
  type GroupKind,
  type ListScope,
  readInventory,
} from "../reconcile/mod.ts";
import { AsyncCache } from "./async_cache.ts";
import { InstanceInMemory } from "./instance_in_memory.ts";
import { refuseTaken } from "./refuse_taken.ts";
import { memberSelector } from "./selectors.ts";

/** The result of a list or GET: the objects by {@link refKey}, or the error that the request failed with. */
type Found = { objects: ReadonlyMap<string, KubeObject> } | { error: ApiError };

/**
 * The cluster as seen by one pass that observes one instance. The objects of the instance are listed once for
 * each kind and namespace, by the label of the ApplySet. Only an object that no list contains is read by a
 * GET.
 *
 * `apply` returns the live object unchanged. If the object does not exist, `apply` rejects, and
 * {@link missing} names the object. `delete` does nothing; `patch` and `writeStatus` change the instance in
 * memory only.
 *
 * @example
 * ```ts
 * import type { KubeObject } from "../api/mod.ts";
 * import type { Graph } from "../graph/mod.ts";
 * import { Discovery, type KubeClient } from "../kube/mod.ts";
 * import { type PassContext, reconcile } from "../reconcile/mod.ts";
 * import { ReadOnlyCluster } from "./mod.ts";
 *
 * async function stateOf(client: KubeClient, graph: Graph, at: KubeObject, context: PassContext) {
 *   const cluster = new ReadOnlyCluster(client, new Discovery(client), graph.instance, at);
 *   return (await reconcile(graph, at, cluster, context)).state;
 * }
 * ```
 */
export class ReadOnlyCluster implements Cluster {
  /** The objects of each node that do not exist in the cluster, by the id of the node. */
  readonly missing: Map<string, ObjectRef[]> = new Map();
  /** The reason why the objects of a kind could not be read, by {@link groupKind}. */
  readonly unreadable: Map<string, string> = new Map();
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #applySet: string;
  readonly #namespaces: readonly string[];
  readonly #lists = new AsyncCache<Found>();
  readonly #seen = new Map<string, KubeObject>();
  readonly #instance: InstanceInMemory;

  /**
   * Creates the cluster, without sending a request.
   *
   * @param kind The kind of the instance.
   */
  constructor(client: KubeClient, discovery: Discovery, kind: KindRef, instance: KubeObject) {
    this.#client = client;
    this.#discovery = discovery;
    this.#instance = new InstanceInMemory(instance);
    this.#applySet = applySetId(kind, instance);
    const { namespace } = instance.metadata;
    const own = namespace ? [namespace] : [];
    this.#namespaces = [...new Set([...own, ...readInventory(instance).namespaces])];
  }

  /** Returns an object that the pass has read; undefined when the pass has not read the object. */
  seen(ref: ObjectRef): KubeObject | undefined {
    return this.#seen.get(refKey(ref));
  }

  /** Returns the objects with the label of the ApplySet that the pass has read. */
  members(): KubeObject[] {
    return [...this.#seen.values()].filter(({ metadata: { labels = {} } }) =>
      labels[Label.applySetPartOf] === this.#applySet
    );
  }

  /** Returns an object that has the label of the instance's ApplySet; undefined for any other object. */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return (await this.#members(ref.kind, ref.namespace)).get(refKey(ref));
  }

  /** Sends a GET. */
  async getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    const key = `get:${refKey(ref)}`;
    const found = await this.#read(key, ref.kind, async () => {
      const object = await this.#client.get(ref);
      return object ? [object] : [];
    });
    return found.get(refKey(ref));
  }

  /** Returns the object from a list of the pass, or sends a GET. */
  async getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return await this.get(ref) ?? await this.getExternal(ref);
  }

  /** Lists the objects with the label of the ApplySet. */
  async listMembers({ kind, namespace }: ListScope): Promise<KubeObject[]> {
    const places = namespace === undefined && kind.namespaced ? this.#namespaces : [namespace];
    const lists = await Promise.all(places.map((place) => this.#members(kind, place)));
    return lists.flatMap((list) => [...list.values()]);
  }

  /** Returns the same objects as {@link listMembers}. */
  listMembersLive(scope: ListScope): Promise<KubeObject[]> {
    return this.listMembers(scope);
  }

  /** Returns the members of the ApplySet that have the labels of the collection. */
  async listCollection({ kind, instanceUid, nodeId }: CollectionRef): Promise<KubeObject[]> {
    const members = await this.listMembers({ kind });
    return members.filter(({ metadata: { labels = {} } }) =>
      labels[Label.instanceId] === instanceUid && labels[Label.nodeId] === nodeId
    );
  }

  /** Sends a LIST with the label selector. */
  async listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    const { kind, namespace, labelSelector } = selection;
    const key = `select:${gvkKey(kind)}:${namespace ?? ""}:${labelSelector ?? ""}`;
    const found = await this.#read(key, kind, async () => {
      return (await this.#client.list(kind, { namespace, labelSelector })).items;
    });
    return [...found.values()];
  }

  /** Writes nothing and returns the live object. Rejects with ApiError when the object does not exist. */
  async apply(ref: ObjectRef, desired: KubeObject): Promise<Applied> {
    const object = await this.getLive(ref);
    refuseTaken(ref, object, desired);
    if (object) return { object, action: "unchanged" };
    const node = desired.metadata.labels?.[Label.nodeId] ?? "";
    this.missing.set(node, [...this.missing.get(node) ?? [], ref]);
    throw new ApiError(`${refText(ref)} does not exist`, { reason: "Other" });
  }

  /** Does nothing. */
  delete(): Promise<void> {
    return Promise.resolve();
  }

  /** Changes the instance in memory only. */
  patch(_: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    return this.#instance.patch(patch);
  }

  /** Changes the status of the instance in memory only. */
  writeStatus(_: ObjectRef, object: KubeObject): Promise<KubeObject> {
    return this.#instance.write(object);
  }

  /** Returns the kind from discovery. */
  serves(kind: GroupKind): Promise<KindRef | undefined> {
    return this.#discovery.byGroupKind(kind);
  }

  #members(kind: KindRef, namespace?: string): Promise<ReadonlyMap<string, KubeObject>> {
    const labelSelector = memberSelector(Label.applySetPartOf, [this.#applySet]);
    return this.#read(`list:${gvkKey(kind)}:${namespace ?? ""}`, kind, async () => {
      return (await this.#client.list(kind, { namespace, labelSelector })).items;
    });
  }

  /** Sends a request once for each key, and returns the objects by their {@link refKey}. */
  async #read(
    key: string,
    kind: KindRef,
    request: () => Promise<KubeObject[]>,
  ): Promise<ReadonlyMap<string, KubeObject>> {
    const found = await this.#lists.get(key, async (): Promise<Found> => {
      try {
        const items = await request();
        const objects = new Map(items.map((object) => {
          const { namespace, name = "" } = object.metadata;
          return [refKey({ kind, namespace, name }), object] as const;
        }));
        for (const [name, object] of objects) this.#seen.set(name, object);
        return { objects };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // The API server serves the kind, but the object or its namespace does not exist.
        if (isNotFound(error) && !error.isKindMissing) return { objects: new Map() };
        if (!error.isKindMissing) this.unreadable.set(groupKind(kind), error.message);
        return { error };
      }
    });
    if ("error" in found) throw found.error;
    return found.objects;
  }
}
