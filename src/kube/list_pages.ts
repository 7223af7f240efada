/**
 * Reads lists page by page. If the API server no longer accepts the token for the next page, the list is read
 * again from the start, and some objects are yielded twice.
 */
import { ApiError, type KindRef } from "../api/mod.ts";
import type { KubeClient, ListOptions, ListPage } from "./types.ts";

/**
 * Yields the objects of a kind in the whole cluster, in pages of 500 objects. If RBAC forbids a list of the
 * whole cluster, only the objects of the namespaces that `namespaces` returns are yielded.
 *
 * If the API server no longer accepts the token for the next page, the whole list is requested again without
 * pages, so that objects of earlier pages are yielded a second time. Rejects with ApiError when a request
 * fails.
 *
 * @param namespaces Returns the namespaces to list; called only when RBAC forbids a list of the whole
 * cluster.
 *
 * @example
 * ```ts
 * import { connect, everyPage, LEASE_KIND, loadConfig } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const pages = everyPage(client, LEASE_KIND, {}, () => ["kro-system"]);
 * for await (const { items } of pages) console.log(items.length);
 * ```
 */
export async function* everyPage(
  client: KubeClient,
  kind: KindRef,
  options: ListOptions,
  namespaces: () => Iterable<string>,
): AsyncGenerator<ListPage> {
  try {
    yield* wholeList(client, kind, options);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Forbidden")) throw error;
    const places = [...namespaces()];
    if (places.length === 0) throw error;
    for (const namespace of places) yield* wholeList(client, kind, { ...options, namespace });
  }
}

async function* wholeList(
  client: KubeClient,
  kind: KindRef,
  options: ListOptions,
): AsyncGenerator<ListPage> {
  try {
    yield* client.pages(kind, options);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Gone")) throw error;
    yield* client.pages(kind, { ...options, limit: 0 });
  }
}
