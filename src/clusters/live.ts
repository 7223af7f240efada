/**
 * The implementation of the interface `Cluster` without caches, where every read is a request. Used by
 * commands that reconcile once and exit.
 */
import {
  ApiError,
  isNotFound,
  type JsonObject,
  type KindRef,
  type KubeObject,
  Manager,
  type ObjectRef,
  refKey,
} from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";
import type { Schema, SchemaSource } from "../openapi/mod.ts";
import {
  type Applied,
  type ApplyAction,
  type ApplyOptions,
  type Cluster,
  type CollectionRef,
  type DeleteOptions,
  type ExternalSelection,
  type GroupKind,
  type ListScope,
  type ServesOptions,
  withValuesOf,
} from "../reconcile/mod.ts";
import { applyOver } from "./renamed_elements.ts";
import { itemSelector, memberLabel, memberSelector } from "./selectors.ts";
import { servedKind } from "./served_kinds.ts";
import { isUpToDate } from "./up_to_date.ts";

/**
 * A cluster without caches: each method that reads sends a request. {@link apply} needs the live object as
 * well. If the pass has read the object, `apply` reuses the result of that read. Methods reject with ApiError
 * when the API server refuses a request.
 */
export class LiveCluster implements Cluster {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #schemas: SchemaSource;
  /**
   * The objects that were read and have not been written since. The next apply of an object compares the
   * desired object with the object stored here.
   */
  readonly #read = new Map<string, KubeObject | undefined>();
  /** The resourceVersion that kro's own last write gave each object. */
  readonly #written = new Map<string, string>();

  /** Creates the cluster, without sending a request. */
  constructor(client: KubeClient, discovery: Discovery, schemas: SchemaSource) {
    this.#client = client;
    this.#discovery = discovery;
    this.#schemas = schemas;
  }

  /** Sends a GET. */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const object = await this.#client.get(ref);
    this.#read.set(refKey(ref), object);
    return object;
  }

  /** Sends a GET. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.get(ref);
  }

  /** Sends a GET. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.get(ref);
  }

  /**
   * Sends a LIST that selects the label of the ApplySet. If `thorough` is true, also sends a LIST that
   * selects the label of the instance, which finds objects whose label `part-of` another client edited. Two
   * requests are needed, because a label selector cannot select objects that have either of two labels.
   */
  async listMembers(
    scope: ListScope,
    applySet: string,
    instanceUid?: string,
    thorough = false,
  ): Promise<KubeObject[]> {
    const uids = thorough && instanceUid !== undefined ? [undefined, instanceUid] : [undefined];
    const lists = await Promise.all(uids.map((uid) => {
      const { label, value } = memberLabel(applySet, uid);
      return this.#list({ ...scope, labelSelector: memberSelector(label, [value]) });
    }));
    return [...new Map(lists.flat().map((object) => [object.metadata.uid, object])).values()];
  }

  /**
   * Sends a LIST of metadata that selects the label of the instance or of the ApplySet. The list is
   * consistent, because the request sets no resourceVersion.
   */
  async listMembersLive(
    { kind, namespace }: ListScope,
    applySet: string,
    instanceUid?: string,
  ): Promise<KubeObject[]> {
    const { label, value } = memberLabel(applySet, instanceUid);
    const options = {
      namespace,
      labelSelector: memberSelector(label, [value]),
      metadataOnly: true,
    };
    return (await this.#client.list(kind, options)).items;
  }

  /** Sends a LIST that selects the labels of the instance and of the collection node. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    return this.#list({ kind: collection.kind, labelSelector: itemSelector(collection) });
  }

  /** Sends a LIST with the label selector. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#list(selection);
  }

  /**
   * Applies an object with server-side apply. Sends no request when the live object has all desired values
   * and kro owns only fields of the desired object.
   */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const live = await this.#takeRead(ref);
    const { force, volatile } = options;
    // `volatile.basis` is empty when this process has not written any of the objects whose resourceVersions
    // the volatile fields read. The volatile fields then keep their live values.
    const paths = volatile?.basis === "" ? volatile.paths : [];
    const wanted = live && withValuesOf(live, desired, paths);
    if (wanted && isUpToDate(live, wanted, await this.#schema(ref.kind))) {
      const revision = this.#written.get(refKey(ref));
      return { object: live, action: "unchanged", revision };
    }
    const fieldManager = Manager.children;
    const request = force
      ? applyOver(this.#client, ref, desired)
      : this.#client.apply(ref, desired, { fieldManager, force });
    const object = await request.catch(async (error) => {
      throw await this.#withoutPatch(ref.kind, error) ?? error;
    });
    const action = actionOf(live, object);
    const revision = object.metadata.resourceVersion;
    if (revision && action !== "unchanged") this.#written.set(refKey(ref), revision);
    return { object, action, revision: this.#written.get(refKey(ref)) };
  }

  /** Sends a DELETE with the UID as its precondition and with background propagation. */
  async delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    this.#read.delete(refKey(ref));
    try {
      await this.#client.delete(ref, { uid: options.uid, propagation: "Background" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Sends a JSON merge patch. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    this.#read.delete(refKey(ref));
    return this.#client.mergePatch(ref, patch, { fieldManager: Manager.kro });
  }

  /** Sends a PUT of the status. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    this.#read.delete(refKey(ref));
    const options = { fieldManager: Manager.kro, subresource: "status" } as const;
    return this.#client.replace(ref, object, options);
  }

  /**
   * Returns the kind from cached discovery if discovery lists the kind and `fresh` is not set. Otherwise,
   * looks the kind up in fresh discovery and in the CRDs and APIServices of the cluster.
   */
  async serves(kind: GroupKind, { fresh }: ServesOptions = {}): Promise<KindRef | undefined> {
    const known = fresh ? undefined : await this.#discovery.byGroupKind(kind);
    return known ?? await servedKind(this.#client, this.#discovery, kind);
  }

  /**
   * Returns the error to report when an apply failed because its kind is served without the verb patch, such
   * as TokenReview. Returns undefined when the apply failed for another reason.
   */
  async #withoutPatch(kind: KindRef, error: unknown): Promise<ApiError | undefined> {
    if (!(error instanceof ApiError) || !error.isKindMissing) return undefined;
    const known = await this.#discovery.resolve(kind);
    if (!known || known.verbs.includes("patch")) return undefined;
    const { message, reason, code } = error;
    return new ApiError(message, { reason, code });
  }

  async #list({ kind, namespace, labelSelector }: ExternalSelection): Promise<KubeObject[]> {
    const { items } = await this.#client.list(kind, { namespace, labelSelector });
    for (const item of items) {
      const { namespace, name = "" } = item.metadata;
      this.#read.set(refKey({ kind, namespace, name }), item);
    }
    return items;
  }

  /**
   * Returns the object from the last read of the pass, and drops the stored result. Sends a GET if no result
   * is stored: the pass has not read the object, or an earlier apply has already used the result.
   */
  async #takeRead(ref: ObjectRef): Promise<KubeObject | undefined> {
    const key = refKey(ref);
    if (!this.#read.has(key)) return await this.#client.get(ref);
    const object = this.#read.get(key);
    this.#read.delete(key);
    return object;
  }

  /**
   * Returns the schema of the kind; undefined when the schema cannot be read. Without a schema, the
   * comparison is stricter and may cause an apply that changes nothing.
   */
  async #schema(kind: KindRef): Promise<Schema | undefined> {
    try {
      return (await this.#schemas.resolve(kind))?.schema;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
}

/** Returns the effect of an apply, derived from the object before and after the apply. */
export function actionOf(before: KubeObject | undefined, after: KubeObject): ApplyAction {
  if (before?.metadata.uid !== after.metadata.uid) return "created";
  const same = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  return same ? "unchanged" : "configured";
}
