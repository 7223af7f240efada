/** The schemas of a cluster's kinds: from CRD objects, and for all others from its OpenAPI documents. */
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
import { AsyncCache, type LookupEvents } from "./async_cache.ts";
import { isServedWithoutCrd } from "./served_kinds.ts";

/** A kind may well be there, but cannot be had at present. */
export class KindUnavailable extends ApiError {
  /** The kind that was asked for. */
  readonly gvk: GroupVersionKind;

  /** `why` it is not to be had. */
  constructor(gvk: GroupVersionKind, why = "its API does not answer") {
    super(`cannot tell what ${gvk.kind} of ${apiVersionOf(gvk)} is: ${why}`, {
      reason: "ServerError",
    });
    this.gvk = gvk;
  }
}

/** How long the index of OpenAPI documents is believed. */
const INDEX_MS = 60_000;

/** See the file's first line. Whoever asks for the same at the same time shares one request. */
export class ClusterSchemas implements SchemaSource {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #now: () => number;
  /** By the CRD's name: its versions, or undefined when the kind needs no CRD. */
  readonly #crds: AsyncCache<KindInfo[] | undefined>;
  /** By the document's path, which holds the hash of its content. */
  readonly #documents: AsyncCache<KindInfo[]>;
  /** By apiVersion: the path that was read last. */
  readonly #documentPaths = new Map<string, string>();
  #index?: { until: number; paths: Promise<Map<string, string>> };

  /** Asks nothing yet. `now` is in milliseconds from any fixed point. */
  constructor(
    client: KubeClient,
    discovery: Discovery,
    now: () => number = () => performance.now(),
    events?: LookupEvents,
  ) {
    this.#client = client;
    this.#discovery = discovery;
    this.#now = now;
    this.#crds = new AsyncCache(events);
    this.#documents = new AsyncCache(events);
  }

  /** How many CRDs and documents are kept. */
  get size(): number {
    return this.#crds.size + this.#documents.size;
  }

  /**
   * The kind with its schema. The CRD is asked first, for the documents lag behind its changes. Rejects
   * with {@link KindUnavailable} when it cannot be told.
   */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    const known = await this.#discovery.resolve(gvk);
    // Kinds come while we run, and discovery learns of a CRD a moment after it is established.
    const info = known ? await this.#read(known) : await this.#newCrd(gvk);
    if (info) return info;
    await this.#discovery.refresh();
    const found = await this.#discovery.resolve(gvk);
    // The index of documents may be from before the kind came.
    this.#index = undefined;
    if (found) return await this.#read(found);
    if (await this.#discovery.isStale(gvk.group, gvk.version)) throw new KindUnavailable(gvk);
    return undefined;
  }

  /** Forgets the kind of a CRD, `widgets.example.com`, that came, changed or went. */
  invalidate(crd: string): void {
    this.#crds.forget(crd);
  }

  async #read(kind: KindRef): Promise<KindInfo | undefined> {
    const kinds = await this.#fromCrd(kind) ?? await this.#fromDocument(kind);
    return kinds.find((info) => gvkKey(info) === gvkKey(kind));
  }

  async #fromCrd(kind: KindRef): Promise<KindInfo[] | undefined> {
    // A CRD's group is a DNS name of several parts; `apps` and `batch` cannot have one.
    if (!kind.group.includes(".")) return undefined;
    const name = `${kind.plural}.${kind.group}`;
    return await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      if (crd && isEstablished(crd)) return kindsOfCrd(crd);
      if (crd) throw new KindUnavailable(kind, `CRD ${name} is not established`);
      // What discovery and the documents still say of a CRD that is gone is not true any more.
      return await isServedWithoutCrd(this.#client, kind) ? undefined : [];
    });
  }

  /** The kind by a CRD whose plural is the usual one, as those of all generated kinds are. */
  async #newCrd(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    if (!gvk.group.includes(".")) return undefined;
    const name = `${plural(gvk.kind.toLowerCase())}.${gvk.group}`;
    const kinds = await this.#crds.get(name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      return crd && isEstablished(crd) ? kindsOfCrd(crd) : [];
    }, (found) => !!found?.length); // Else asked for again: nobody may tell of it.
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
