/**
 * Looks up the schemas of a cluster's kinds. The schema of a custom resource comes from its CRD. The schemas
 * of other kinds come from the OpenAPI documents of the API server.
 */
import {
  ApiError,
  apiVersionOf,
  CRD_KIND,
  type GroupVersionKind,
  gvkKey,
  type KindRef,
} from "../api/mod.ts";
import { plural } from "../graph/mod.ts";
import { type Discovery, inSlices, isEstablished, type KubeClient } from "../kube/mod.ts";
import { type KindInfo, kindsOfCrd, kindsOfDocument, type SchemaSource } from "../openapi/mod.ts";
import { AsyncCache, type AsyncCacheListener } from "./async_cache.ts";
import { isServedWithoutCrd } from "./served_kinds.ts";

/** The error for a kind that may exist but whose schema cannot be read at present. */
export class KindUnavailable extends ApiError {
  /** The kind whose schema cannot be read. */
  readonly gvk: GroupVersionKind;

  /**
   * Creates the error.
   *
   * @param why The reason why the schema cannot be read, which completes the message.
   */
  constructor(gvk: GroupVersionKind, why = "its API does not answer") {
    super(`cannot tell what ${gvk.kind} of ${apiVersionOf(gvk)} is: ${why}`, {
      reason: "ServerError",
    });
    this.gvk = gvk;
  }
}

/** The time for which the index of OpenAPI documents is cached, in milliseconds. */
const INDEX_MS = 60_000;

/**
 * Looks up the schemas of kinds in CRDs and in OpenAPI v3 documents. A CRD is cached until {@link invalidate}
 * is called with its name. A document is cached by the hash of its content. Concurrent lookups share one
 * request.
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
  /**
   * The kinds that each CRD defines. The keys are the names of the CRDs. The value is undefined when no CRD
   * has that name and the API server serves the kind without a CRD.
   */
  readonly #crds: AsyncCache<KindInfo[] | undefined>;
  /**
   * The kinds of each OpenAPI document. The keys are the paths of the documents; a path contains the hash of
   * the document's content.
   */
  readonly #documents: AsyncCache<KindInfo[]>;
  /** The path of the cached OpenAPI document of each apiVersion. */
  readonly #documentPaths = new Map<string, string>();
  #index?: { until: number; paths: Promise<Map<string, string>> };

  /**
   * Creates the lookup, without sending a request.
   *
   * @param now Returns the present time in milliseconds since any fixed point.
   */
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

  /** The number of cached CRDs and OpenAPI documents. */
  get size(): number {
    return this.#crds.size + this.#documents.size;
  }

  /**
   * Returns the kind with its schema; undefined when the cluster does not serve the kind. The CRD takes
   * precedence over the OpenAPI document, because the document follows a change of the CRD with a delay of up
   * to a second. Rejects with {@link KindUnavailable} when discovery of the group is stale or when the CRD is
   * not established. Rejects with ApiError when a request fails.
   */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    const known = await this.#discovery.resolve(gvk);
    // Discovery lists a new kind only some time after its CRD is established, so a kind that discovery does
    // not list is looked up in the CRDs.
    const info = known ? await this.#read(known) : await this.#newCrd(gvk);
    if (info) return info;
    await this.#discovery.refresh();
    const found = await this.#discovery.resolve(gvk);
    // The cached index of documents may be older than the kind, so the index is read again.
    this.#index = undefined;
    if (found) return await this.#read(found);
    if (await this.#discovery.isStale(gvk.group, gvk.version)) throw new KindUnavailable(gvk);
    return undefined;
  }

  /**
   * Drops the cached schemas of a CRD. Called when the CRD was created, changed or deleted.
   *
   * @param crd The name of the CRD, such as `widgets.example.com`.
   */
  invalidate(crd: string): void {
    this.#crds.forget(crd);
  }

  async #read(kind: KindRef): Promise<KindInfo | undefined> {
    const kinds = await this.#fromCrd(kind) ?? await this.#fromDocument(kind);
    return kinds.find((info) => gvkKey(info) === gvkKey(kind));
  }

  async #fromCrd(kind: KindRef): Promise<KindInfo[] | undefined> {
    // The group of a CRD is a DNS name with a dot. Groups such as `apps` and `batch` have no dot and
    // therefore no CRD.
    if (!kind.group.includes(".")) return undefined;
    const name = `${kind.plural}.${kind.group}`;
    return await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      if (crd && isEstablished(crd)) return kindsOfCrd(crd);
      if (crd) throw new KindUnavailable(kind, `CRD ${name} is not established`);
      // Discovery and the OpenAPI documents still list the kind of a deleted CRD for some time. Only an
      // APIService confirms that the kind is served without a CRD.
      return await isServedWithoutCrd(this.#client, kind) ? undefined : [];
    });
  }

  /**
   * Returns the kind from a CRD that discovery does not list yet. The name of the CRD is derived from the
   * regular plural of the kind, which every generated CRD has.
   */
  async #newCrd(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    if (!gvk.group.includes(".")) return undefined;
    const name = `${plural(gvk.kind.toLowerCase())}.${gvk.group}`;
    const kinds = await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      return crd && isEstablished(crd) ? kindsOfCrd(crd) : [];
    }, (found) => !!found?.length); // An empty result is not cached.
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
      this.#client.raw(path),
      this.#discovery.kinds(),
    ]);
    const own = kinds.filter((kind) => kind.group === group && kind.version === version);
    return await inSlices(kindsOfDocument(document, own));
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
