/** Looks up the schemas of a cluster's kinds: in their CRD, or in the OpenAPI documents for other kinds. */
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

/** Error: the kind may exist, but its schema cannot be read at present. */
export class KindUnavailable extends ApiError {
  /** The kind. */
  readonly gvk: GroupVersionKind;

  /** Creates the error. `why` completes the message: the reason why the schema cannot be read. */
  constructor(gvk: GroupVersionKind, why = "its API does not answer") {
    super(`cannot tell what ${gvk.kind} of ${apiVersionOf(gvk)} is: ${why}`, {
      reason: "ServerError",
    });
    this.gvk = gvk;
  }
}

/** How long the index of OpenAPI documents is cached, in milliseconds. */
const INDEX_MS = 60_000;

/**
 * Resolves kinds to schemas, from CRDs and OpenAPI v3 documents. CRDs are cached until {@link invalidate},
 * documents by the hash of their content. Concurrent lookups share one request.
 *
 * @example
 * ```ts
 * import { Discovery, type KubeClient } from "../kube/mod.ts";
 * import { ClusterSchemas } from "./mod.ts";
 *
 * async function isNamespaced(client: KubeClient): Promise<boolean> {
 *   const schemas = new ClusterSchemas(client, new Discovery(client));
 *   const info = await schemas.resolve({ group: "apps", version: "v1", kind: "Deployment" });
 *   return info?.namespaced ?? false;
 * }
 * ```
 */
export class ClusterSchemas implements SchemaSource {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #now: () => number;
  /** By CRD name: the CRD's versions; undefined for a kind that is served without a CRD. */
  readonly #crds: AsyncCache<KindInfo[] | undefined>;
  /** By path, which contains the hash of the document's content. */
  readonly #documents: AsyncCache<KindInfo[]>;
  /** By apiVersion: the path of the cached document. */
  readonly #documentPaths = new Map<string, string>();
  #index?: { until: number; paths: Promise<Map<string, string>> };

  /** Sends no request yet. `now` returns milliseconds since any fixed point. */
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

  /** The number of cached CRDs and documents. */
  get size(): number {
    return this.#crds.size + this.#documents.size;
  }

  /**
   * The kind with its schema; undefined when the cluster does not serve the kind. The CRD takes precedence,
   * because the documents lag behind its changes by up to a second. Rejects with {@link KindUnavailable} when
   * discovery of its group is stale or its CRD is not established, and with ApiError when a request fails.
   */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    const known = await this.#discovery.resolve(gvk);
    // Discovery lists a kind only some time after its CRD is established.
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

  /**
   * Drops the cached schemas of a CRD that was created, changed or deleted.
   *
   * @param crd Name of the CRD, `widgets.example.com`.
   */
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
      // Discovery and the documents still list the kind of a deleted CRD for some time.
      return await isServedWithoutCrd(this.#client, kind) ? undefined : [];
    });
  }

  /** The kind from a CRD whose name has the usual plural, as every generated CRD has. */
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
