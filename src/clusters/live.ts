/** `Cluster` without caches, for commands that run one pass and end: each read is a request. */
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
  applyEntry,
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
import { desiredValues, fingerprint } from "./drift/fingerprint.ts";
import { applyOver } from "./renamed_elements.ts";
import { itemSelector, memberSelector } from "./selectors.ts";
import { servedKind } from "./served_kinds.ts";

/**
 * The cluster as the API server has it: each read is a request, except that an apply reuses the object that
 * the pass read last. Rejects with ApiError when the API server refuses a request.
 */
export class LiveCluster implements Cluster {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #schemas: SchemaSource;
  /** Objects that were read and not written since, by key. The next apply compares with them. */
  readonly #read = new Map<string, KubeObject | undefined>();
  /** The resourceVersions of our own last writes, by key. */
  readonly #written = new Map<string, string>();

  /** Sends no request yet. */
  constructor(client: KubeClient, discovery: Discovery, schemas: SchemaSource) {
    this.#client = client;
    this.#discovery = discovery;
    this.#schemas = schemas;
  }

  /** GET. */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const object = await this.#client.get(ref);
    this.#read.set(refKey(ref), object);
    return object;
  }

  /** GET. */
  getExternal(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.get(ref);
  }

  /** GET. */
  getLive(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.get(ref);
  }

  /** LIST by the ApplySet's label. */
  listMembers(scope: ListScope, applySet: string): Promise<KubeObject[]> {
    return this.#list({ ...scope, labelSelector: memberSelector(applySet) });
  }

  /** LIST of metadata by the ApplySet's label. Consistent, because it sets no resourceVersion. */
  async listMembersLive({ kind, namespace }: ListScope, applySet: string): Promise<KubeObject[]> {
    const options = { namespace, labelSelector: memberSelector(applySet), metadataOnly: true };
    return (await this.#client.list(kind, options)).items;
  }

  /** LIST by the labels of the instance and the node. */
  listCollection(collection: CollectionRef): Promise<KubeObject[]> {
    return this.#list({ kind: collection.kind, labelSelector: itemSelector(collection) });
  }

  /** LIST by the label selector. */
  listExternal(selection: ExternalSelection): Promise<KubeObject[]> {
    return this.#list(selection);
  }

  /**
   * Server-side apply. Sends no request when the live object has the desired values and kro owns no further
   * field of it.
   */
  async apply(ref: ObjectRef, desired: KubeObject, options: ApplyOptions): Promise<Applied> {
    const live = await this.#takeRead(ref);
    const { force, volatile } = options;
    // Volatile fields are applied only after writes of this process: an empty basis keeps the live values.
    const paths = volatile?.basis === "" ? volatile.paths : [];
    if (live && await this.#isUpToDate(ref.kind, live, withValuesOf(live, desired, paths))) {
      const revision = this.#written.get(refKey(ref));
      return { object: live, action: "unchanged", revision };
    }
    const fieldManager = Manager.children;
    const object = force
      ? await applyOver(this.#client, ref, desired)
      : await this.#client.apply(ref, desired, { fieldManager, force });
    const action = actionOf(live, object);
    const revision = object.metadata.resourceVersion;
    if (revision && action !== "unchanged") this.#written.set(refKey(ref), revision);
    return { object, action, revision: this.#written.get(refKey(ref)) };
  }

  /** DELETE with a uid precondition and background propagation. */
  async delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    this.#read.delete(refKey(ref));
    try {
      await this.#client.delete(ref, { uid: options.uid, propagation: "Background" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** JSON merge patch. */
  patch(ref: ObjectRef, patch: JsonObject): Promise<KubeObject> {
    this.#read.delete(refKey(ref));
    return this.#client.mergePatch(ref, patch, { fieldManager: Manager.kro });
  }

  /** PUT of the status. */
  writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    this.#read.delete(refKey(ref));
    const options = { fieldManager: Manager.kro, subresource: "status" } as const;
    return this.#client.replace(ref, object, options);
  }

  /** Uses cached discovery unless `fresh`; then fresh discovery, CRDs and APIServices. */
  async serves(kind: GroupKind, { fresh }: ServesOptions = {}): Promise<KindRef | undefined> {
    const known = fresh ? undefined : await this.#discovery.byGroupKind(kind);
    return known ?? await servedKind(this.#client, this.#discovery, kind);
  }

  async #list({ kind, namespace, labelSelector }: ExternalSelection): Promise<KubeObject[]> {
    const { items } = await this.#client.list(kind, { namespace, labelSelector });
    for (const item of items) {
      const { namespace, name = "" } = item.metadata;
      this.#read.set(refKey({ kind, namespace, name }), item);
    }
    return items;
  }

  /** The object as the pass last read it, at most once; otherwise a GET. */
  async #takeRead(ref: ObjectRef): Promise<KubeObject | undefined> {
    const key = refKey(ref);
    if (!this.#read.has(key)) return await this.#client.get(ref);
    const object = this.#read.get(key);
    this.#read.delete(key);
    return object;
  }

  async #isUpToDate(kind: KindRef, live: KubeObject, desired: KubeObject): Promise<boolean> {
    const entry = applyEntry(live);
    if (!entry || entry.apiVersion !== desired.apiVersion) return false;
    const schema = await this.#schema(kind);
    const print = fingerprint(live, schema);
    return print !== undefined &&
      print.valuesHash === desiredValues(desired, schema, print.ownsStatus);
  }

  /** Undefined when it cannot be read: the stricter comparison may then cause an apply without changes. */
  async #schema(kind: KindRef): Promise<Schema | undefined> {
    try {
      return (await this.#schemas.resolve(kind))?.schema;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
}

/** Derives what an apply did from the object before and after it. */
export function actionOf(before: KubeObject | undefined, after: KubeObject): ApplyAction {
  if (before?.metadata.uid !== after.metadata.uid) return "created";
  const same = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  return same ? "unchanged" : "configured";
}
