/** Looks up the kinds that the API server serves with aggregated discovery (KEP-3352). */
import { ApiError, type GroupVersionKind, gvkKey } from "../api/mod.ts";
import { type DiscoveredKind, type DiscoveryDocument, KindIndex } from "./kind_index.ts";
import type { KubeClient } from "./types.ts";

const MEDIA_TYPE = "application/json;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList";
const ACCEPT = `${MEDIA_TYPE};v=v2,${MEDIA_TYPE};v=v2beta1`;

/**
 * A cache of aggregated discovery. The first lookup loads it with two requests, and all callers share the
 * result until {@link refresh}. Lookups reject with ApiError when that load fails; Kubernetes before 1.27
 * has no aggregated discovery.
 *
 * @example
 * ```ts
 * import { connect, Discovery, loadConfig } from "./mod.ts";
 *
 * const discovery = new Discovery(connect(await loadConfig(), { userAgent: "kro/1.0" }));
 * const kind = await discovery.byName("deploy");
 * console.log(kind?.group, kind?.version, kind?.plural);
 * ```
 */
export class Discovery {
  readonly #client: KubeClient;
  #index?: KindIndex;
  #loading?: Promise<KindIndex>;
  #next?: Promise<KindIndex>;

  /** Starts empty; the first lookup sends the requests. */
  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Returns the kind in exactly this version; undefined when the server does not serve it. */
  async resolve(gvk: GroupVersionKind): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byGvk.get(gvkKey(gvk));
  }

  /** Returns the kind in the server's preferred version; undefined when the server does not serve it. */
  async byGroupKind(kind: { group: string; kind: string }): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byGroupKind(kind);
  }

  /**
   * Looks up a kind as kubectl does: by plural, singular, kind or short name in any case, alone
   * (`deploy`), with its group (`deployments.apps`) or with version and group (`Deployment.v1.apps`).
   * Among several groups the first in the server's order wins. Returns undefined for an unknown name.
   */
  async byName(name: string): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byName(name);
  }

  /** Returns all kinds, in the server's order. */
  async kinds(): Promise<DiscoveredKind[]> {
    return [...(await this.#loaded()).byGvk.values()];
  }

  /**
   * Whether the kinds of a group and version are unknown because its aggregated API server does not
   * respond. Its kinds and their objects may still exist.
   */
  async isStale(group: string, version: string): Promise<boolean> {
    return (await this.#loaded()).stale.has(`${group}/${version}`);
  }

  /** Whether any version of the group is stale. */
  async isGroupStale(group: string): Promise<boolean> {
    return [...(await this.#loaded()).stale].some((gv) => gv.startsWith(`${group}/`));
  }

  /**
   * Loads discovery again. The result is at least as new as this call: calls during a load share the
   * load after it. Rejects with ApiError.
   */
  async refresh(): Promise<void> {
    if (!this.#loading) return void await this.#load();
    this.#next ??= this.#loading.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#load();
    });
    await this.#next;
  }

  /**
   * Returns the paths of the OpenAPI v3 documents by apiVersion (`v1`, `apps/v1`). The query of a path
   * contains a hash of the document, so it changes with the content (KEP-2896).
   */
  async openapi(): Promise<Map<string, string>> {
    const index = await this.#client.raw("/openapi/v3") as OpenApiIndex;
    const paths = new Map<string, string>();
    for (const [key, value] of Object.entries(index.paths ?? {})) {
      const match = /^api(?:s\/([^/]+))?\/([^/]+)$/.exec(key);
      if (!match || !value.serverRelativeURL) continue;
      const [, group, version] = match;
      paths.set(group ? `${group}/${version}` : version!, value.serverRelativeURL);
    }
    return paths;
  }

  async #loaded(): Promise<KindIndex> {
    return this.#index ?? await this.#load();
  }

  #load(): Promise<KindIndex> {
    this.#loading ??= this.#fetch().finally(() => this.#loading = undefined);
    return this.#loading;
  }

  async #fetch(): Promise<KindIndex> {
    // `/api` holds the core group, `/apis` all others.
    const [core, groups] = await Promise.all(["/api", "/apis"].map((path) => this.#document(path)));
    this.#index = new KindIndex([...core!.items ?? [], ...groups!.items ?? []]);
    return this.#index;
  }

  async #document(path: string): Promise<DiscoveryDocument> {
    const document = await this.#client.raw(path, { accept: ACCEPT }) as DiscoveryDocument;
    if (document.kind === "APIGroupDiscoveryList") return document;
    throw new ApiError(`GET ${path}: no aggregated discovery: Kubernetes 1.27 or later is needed`, {
      reason: "Other",
    });
  }
}

interface OpenApiIndex {
  paths?: Record<string, { serverRelativeURL?: string }>;
}
