/** The schemas of a cluster's kinds: from CRD objects, and for all others from its OpenAPI documents. */
import {
  ApiError,
  apiVersionOf,
  CRD_KIND,
  type GroupVersionKind,
  gvkKey,
  type KindRef,
} from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";
import {
  type KindInfo,
  kindsOfCrd,
  kindsOfDocument,
  type OpenApiDocument,
  type SchemaSource,
} from "../openapi/mod.ts";
import { plural } from "../graph/mod.ts";
import { isEstablished } from "./established.ts";
import { isServedWithoutCrd } from "./live_serves.ts";

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
  readonly #crds = new Map<string, Promise<KindInfo[] | undefined>>();
  /** By apiVersion: the document's path, which holds the hash of its content, and its kinds. */
  readonly #documents = new Map<string, { path: string; kinds: Promise<KindInfo[]> }>();
  #index?: { until: number; paths: Promise<Map<string, string>> };

  /** Asks nothing yet. `now` is in milliseconds from any fixed point. */
  constructor(
    client: KubeClient,
    discovery: Discovery,
    now: () => number = () => performance.now(),
  ) {
    this.#client = client;
    this.#discovery = discovery;
    this.#now = now;
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
    if (found) return await this.#read(found);
    if (await this.#discovery.isStale(gvk.group, gvk.version)) throw new KindUnavailable(gvk);
    return undefined;
  }

  /** Forgets the kind of a CRD, `widgets.example.com`, that came, changed or went. */
  invalidate(crd: string): void {
    this.#crds.delete(crd);
  }

  async #read(kind: KindRef): Promise<KindInfo | undefined> {
    const kinds = await this.#fromCrd(kind) ?? await this.#fromDocument(kind);
    return kinds.find((info) => gvkKey(info) === gvkKey(kind));
  }

  async #fromCrd(kind: KindRef): Promise<KindInfo[] | undefined> {
    // A CRD's group is a DNS name of several parts; `apps` and `batch` cannot have one.
    if (!kind.group.includes(".")) return undefined;
    const name = `${kind.plural}.${kind.group}`;
    return await kept(this.#crds, name, async () => {
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
    const kinds = await kept(this.#crds, name, async () => {
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      return crd && isEstablished(crd) ? kindsOfCrd(crd) : [];
    });
    // Asked for again as long as it is not there: nobody may tell of it.
    if (!kinds?.length) this.#crds.delete(name);
    return kinds?.find((info) => gvkKey(info) === gvkKey(gvk));
  }

  async #fromDocument(kind: KindRef): Promise<KindInfo[]> {
    const apiVersion = apiVersionOf(kind);
    const path = (await this.#paths()).get(apiVersion);
    if (path === undefined) return [];
    const known = this.#documents.get(apiVersion);
    if (known?.path === path) return await known.kinds;
    const kinds = this.#readDocument(path, kind);
    this.#documents.set(apiVersion, { path, kinds });
    try {
      return await kinds;
    } catch (error) {
      if (this.#documents.get(apiVersion)?.kinds === kinds) this.#documents.delete(apiVersion);
      throw error;
    }
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

/** What the map has, else what `load` gives, kept unless it fails. */
async function kept<T>(
  map: Map<string, Promise<T>>,
  key: string,
  load: () => Promise<T>,
): Promise<T> {
  const promise = map.get(key) ?? load();
  map.set(key, promise);
  try {
    return await promise;
  } catch (error) {
    if (map.get(key) === promise) map.delete(key);
    throw error;
  }
}
