/** The schemas of a cluster's kinds: from their CRD, and for kinds without one from the OpenAPI documents. */
import {
  ApiError,
  apiVersionOf,
  CRD_KIND,
  type GroupVersionKind,
  gvkKey,
  type KindRef,
} from "../api/mod.ts";
import { plural } from "../graph/mod.ts";
import { type Discovery, isEstablished, type KubeClient } from "../kube/mod.ts";
import {
  type KindInfo,
  kindsOfCrd,
  kindsOfDocument,
  type OpenApiDocument,
  type SchemaSource,
} from "../openapi/mod.ts";
import { AsyncCache, type AsyncCacheListener } from "./async_cache.ts";
import { isServedWithoutCrd } from "./served_kinds.ts";

/** A kind that may exist, but whose schema cannot be read now. */
export class KindUnavailable extends ApiError {
  /** The kind. */
  readonly gvk: GroupVersionKind;

  /** `why` its schema cannot be read. */
  constructor(gvk: GroupVersionKind, why = "its API does not answer") {
    super(`cannot tell what ${gvk.kind} of ${apiVersionOf(gvk)} is: ${why}`, {
      reason: "ServerError",
    });
    this.gvk = gvk;
  }
}

/** How long the index of OpenAPI documents is used before it is read again. */
const INDEX_MS = 60_000;

/**
 * Resolves kinds to schemas. CRDs are cached until {@link invalidate}, documents by the hash of their content;
 * concurrent lookups share one request.
 */
export class ClusterSchemas implements SchemaSource {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #now: () => number;
  /** By CRD name: its versions; undefined when the kind is served without a CRD. */
  readonly #crds: AsyncCache<KindInfo[] | undefined>;
  /** By path, which contains the hash of the document's content. */
  readonly #documents: AsyncCache<KindInfo[]>;
  /** By apiVersion: the path of the document that is cached. */
  readonly #documentPaths = new Map<string, string>();
  #index?: { until: number; paths: Promise<Map<string, string>> };

  /** Sends no request yet. `now` is in milliseconds from any fixed point. */
  constructor(
    client: KubeClient,
    discovery: Discovery,
    now: () => number = () => performance.now(),
    listener?: AsyncCacheListener,
  ) {
    this.#client = client;
    this.#discovery = discovery;
    this.#now = now;
    this.#crds = new AsyncCache(listener);
    this.#documents = new AsyncCache(listener);
  }

  /** How many CRDs and documents are cached. */
  get size(): number {
    return this.#crds.size + this.#documents.size;
  }

  /**
   * The kind with its schema; undefined when no such kind is served. The CRD comes first, because the
   * documents lag behind its changes by up to a second. Rejects with {@link KindUnavailable} when discovery of
   * its group is stale.
   */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    const known = await this.#discovery.resolve(gvk);
    // Discovery lists a kind a moment after its CRD is established.
    const info = known ? await this.#read(known) : await this.#newCrd(gvk);
    if (info) return info;
    await this.#discovery.refresh();
    const found = await this.#discovery.resolve(gvk);
    // The index of documents may be older than the kind.
    this.#index = undefined;
    if (found) return await this.#read(found);
    if (await this.#discovery.isStale(gvk.group, gvk.version)) throw new KindUnavailable(gvk);
    return undefined;
  }

  /** Drops the schemas of a CRD, `widgets.example.com`, that was created, changed or deleted. */
  invalidate(crd: string): void {
    this.#crds.forget(crd);
  }

  async #read(kind: KindRef): Promise<KindInfo | undefined> {
    const kinds = await this.#fromCrd(kind) ?? await this.#fromDocument(kind);
    return kinds.find((info) => gvkKey(info) === gvkKey(kind));
  }

  async #fromCrd(kind: KindRef): Promise<KindInfo[] | undefined> {
    // The group of a CRD is a DNS name with a dot; `apps` and `batch` cannot have one.
    if (!kind.group.includes(".")) return undefined;
    const name = `${kind.plural}.${kind.group}`;
    return await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      if (crd && isEstablished(crd)) return kindsOfCrd(crd);
      if (crd) throw new KindUnavailable(kind, `CRD ${name} is not established`);
      // Discovery and the documents go on listing the kind of a deleted CRD for a while.
      return await isServedWithoutCrd(this.#client, kind) ? undefined : [];
    });
  }

  /** The kind from a CRD with the usual plural, as all generated CRDs have. */
  async #newCrd(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    if (!gvk.group.includes(".")) return undefined;
    const name = `${plural(gvk.kind.toLowerCase())}.${gvk.group}`;
    const kinds = await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      return crd && isEstablished(crd) ? kindsOfCrd(crd) : [];
    }, (found) => !!found?.length); // A kind without a CRD is looked up again: no event may report its CRD.
    return kinds?.find((info) => gvkKey(info) === gvkKey(gvk));
  }

  async #fromDocument(kind: KindRef): Promise<KindInfo[]> {
    const apiVersion = apiVersionOf(kind);
    const path = (await this.#paths()).get(apiVersion);
    if (path === undefined) return [];
    const before = this.#documentPaths.get(apiVersion);
    if (before !== undefined && before !== path) this.#documents.forget(before);
    this.#documentPaths.set(apiVersion, path);
    return await this.#documents.get(path, () => this.#readDocument(path, kind));
  }

  async #readDocument(path: string, { group, version }: KindRef): Promise<KindInfo[]> {
    const [document, kinds] = await Promise.all([
      this.#client.raw(path) as Promise<OpenApiDocument>,
      this.#discovery.kinds(),
    ]);
    const own = kinds.filter((kind) => kind.group === group && kind.version === version);
    return kindsOfDocument(document, own);
  }

  async #paths(): Promise<Map<string, string>> {
    if (!this.#index || this.#index.until <= this.#now()) {
      this.#index = { until: this.#now() + INDEX_MS, paths: this.#discovery.openapi() };
    }
    const index = this.#index;
    try {
      return await index.paths;
    } catch (error) {
      if (this.#index === index) this.#index = undefined;
      throw error;
    }
  }
}
