/**
 * Reads lists page by page. If the continue token of a list expires, the list is read again from the start,
 * and some objects are yielded twice.
 */
import { ApiError, type KindRef } from "../api/mod.ts";
import type { KubeClient, ListOptions, ListPage } from "./types.ts";

/**
 * Yields the objects of all namespaces in pages of 500 objects. When RBAC forbids listing all namespaces, the
 * objects of the namespaces that `namespaces` returns are yielded instead.
 *
 * When the continue token of the list expires, the whole list is requested again without pages, so that
 * objects of earlier pages are yielded a second time. Rejects with ApiError when a request fails.
 *
 * @param namespaces Returns the namespaces to list; called only when RBAC forbids listing all namespaces.
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
