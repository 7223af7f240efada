/** The schemas of a cluster's kinds: from CRD objects, and for all others from its OpenAPI documents. */
import {
  apiVersionOf,
  CRD_KIND,
  groupKind,
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

/** How long the index of OpenAPI documents is believed. */
const INDEX_MS = 60_000;

/** See the file's first line. Whoever asks for the same at the same time shares one request. */
export class ClusterSchemas implements SchemaSource {
  readonly #client: KubeClient;
  readonly #discovery: Discovery;
  readonly #now: () => number;
  /** By `Kind.group`: its versions, or undefined when no CRD defines it. */
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

  /** The kind with its schema. The CRD is asked first, for the documents lag behind its changes. */
  async resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined> {
    const kind = await this.#discovered(gvk);
    if (!kind) return undefined;
    const kinds = await this.#fromCrd(kind) ?? await this.#fromDocument(kind);
    return kinds.find((info) => gvkKey(info) === gvkKey(gvk));
  }

  /** Forgets a kind whose CRD came, changed or went. */
  invalidate(group: string, kind: string): void {
    this.#crds.delete(groupKind({ group, kind }));
  }

  /** Kinds come while we run: one that is not known is asked for once more. */
  async #discovered(gvk: GroupVersionKind): Promise<KindRef | undefined> {
    const known = await this.#discovery.resolve(gvk);
    if (known) return known;
    await this.#discovery.refresh();
    return await this.#discovery.resolve(gvk);
  }

  async #fromCrd(kind: KindRef): Promise<KindInfo[] | undefined> {
    // A CRD's group is a DNS name of several parts; `apps` and `batch` cannot have one.
    if (!kind.group.includes(".")) return undefined;
    const key = groupKind(kind);
    return await kept(this.#crds, key, async () => {
      const name = `${kind.plural}.${kind.group}`;
      const crd = await this.#client.get({ kind: CRD_KIND, name });
      return crd && kindsOfCrd(crd);
    });
  }

  async #fromDocument(kind: KindRef): Promise<KindInfo[]> {
    const apiVersion = apiVersionOf(kind);
    const path = (await this.#paths()).get(apiVersion);
    if (path === undefined) return [];
    const known = this.#documents.get(apiVersion);
    if (known?.path === path) return await known.kinds;
    const kinds = this.#read(path, kind);
    this.#documents.set(apiVersion, { path, kinds });
    try {
      return await kinds;
    } catch (error) {
      if (this.#documents.get(apiVersion)?.kinds === kinds) this.#documents.delete(apiVersion);
      throw error;
    }
  }

  async #read(path: string, { group, version }: KindRef): Promise<KindInfo[]> {
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
