/** Looks up the kinds that the API server serves. The source is aggregated discovery (KEP-3352). */
import { ApiError, type GroupVersionKind, gvkKey, isObject } from "../api/mod.ts";
import {
  type DiscoveredKind,
  type DiscoveryDocument,
  type GroupDiscovery,
  KindIndex,
} from "./kind_index.ts";
import { inSlices } from "./slices.ts";
import type { KubeClient } from "./types.ts";

const MEDIA_TYPE = "application/json;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList";
const ACCEPT = `${MEDIA_TYPE};v=v2,${MEDIA_TYPE};v=v2beta1`;

/**
 * A cache of the kinds that the API server serves. The first lookup fetches all kinds with two requests,
 * and later lookups use the cached result until {@link refresh} is called. A lookup rejects with ApiError
 * when fetching the kinds fails. Kubernetes before 1.27 has no aggregated discovery, so there every lookup
 * rejects.
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

  /** Creates an empty cache. The first lookup sends the requests. */
  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * Returns the kind in exactly this group and version; undefined when the API server does not serve the
   * kind.
   */
  async resolve(gvk: GroupVersionKind): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byGvk.get(gvkKey(gvk));
  }

  /**
   * Returns the kind in the API server's preferred version; undefined when the API server does not serve
   * the kind.
   */
  async byGroupKind(kind: { group: string; kind: string }): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byGroupKind(kind);
  }

  /**
   * Looks up a kind by a name that a user typed, as kubectl does. The name is a plural, singular, kind or
   * short name in upper or lower case. A group may follow the name (`deployments.apps`), or a version and a
   * group (`Deployment.v1.apps`). If several groups have a kind of this name, the first of these groups in
   * the API server's order is used. Returns undefined when no kind has this name.
   */
  async byName(name: string): Promise<DiscoveredKind | undefined> {
    return (await this.#loaded()).byName(name);
  }

  /** Returns all kinds that the API server serves, in the API server's order. */
  async kinds(): Promise<DiscoveredKind[]> {
    return [...(await this.#loaded()).byGvk.values()];
  }

  /**
   * Reports whether the kinds of a group version are unknown, because the aggregated API server that serves
   * the group version does not respond. The kinds and their objects may still exist, so a caller must not
   * treat the kinds as deleted.
   */
  async isStale(group: string, version: string): Promise<boolean> {
    return (await this.#loaded()).stale.has(`${group}/${version}`);
  }

  /**
   * Reports whether the kinds of any version of the group are unknown because an aggregated API server does
   * not respond.
   */
  async isGroupStale(group: string): Promise<boolean> {
    return [...(await this.#loaded()).stale].some((gv) => gv.startsWith(`${group}/`));
  }

  /**
   * Fetches all kinds again. The result is at least as new as this call. If a fetch is already running, the
   * callers share one further fetch, which starts when the running fetch ends. Rejects with ApiError when
   * fetching the kinds fails.
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
   * Returns the paths of the OpenAPI v3 documents. The keys are apiVersions such as `v1` or `apps/v1`. The
   * query of each path contains a hash of the document, so the path changes when the document changes
   * (KEP-2896).
   */
  async openapi(): Promise<Map<string, string>> {
    const index = await this.#client.raw("/openapi/v3");
    const paths = new Map<string, string>();
    const found = isObject(index) && isObject(index.paths) ? index.paths : {};
    for (const [key, value] of Object.entries(found)) {
      const match = /^api(?:s\/([^/]+))?\/([^/]+)$/.exec(key);
      const path = isObject(value) ? value.serverRelativeURL : undefined;
      if (!match || typeof path !== "string" || path === "") continue;
      const [, group, version] = match;
      paths.set(group ? `${group}/${version}` : version!, path);
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
    // The path `/api` returns the kinds of the core group, and `/apis` returns the kinds of all other
    // groups.
    const [core, groups] = await Promise.all(["/api", "/apis"].map((path) => this.#document(path)));
    this.#index = await inSlices(KindIndex.of([...core!.items ?? [], ...groups!.items ?? []]));
    return this.#index;
  }

  async #document(path: string): Promise<DiscoveryDocument> {
    const document = await this.#client.raw(path, { accept: ACCEPT });
    if (isObject(document) && document.kind === "APIGroupDiscoveryList") {
      const items = Array.isArray(document.items) ? document.items as unknown[] : [];
      return { items: items as GroupDiscovery[] };
    }
    throw new ApiError(`GET ${path}: no aggregated discovery: Kubernetes 1.27 or later is needed`, {
      reason: "Other",
    });
  }
}
