/** Reads lists page by page, for callers that accept the same object twice. */
import { ApiError, type KindRef } from "../api/mod.ts";
import type { KubeClient, ListOptions, ListPage } from "./types.ts";

/**
 * Yields pages of 500 objects of all namespaces or, when RBAC forbids that, of the given ones. When the
 * continue token expires, it reads the list again in one piece and yields the earlier objects twice.
 * Rejects with ApiError.
 *
 * @param namespaces called when RBAC forbids a list of all namespaces
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
