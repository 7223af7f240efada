/** Lists read page by page, for callers that accept the same object twice. */
import { ApiError, type KindRef } from "../api/mod.ts";
import type { KubeClient, ListOptions, ListPage } from "./types.ts";

/**
 * Yields pages of 500 objects of all namespaces or, when RBAC forbids that, of the given ones. When a
 * continue token expires, the list is read again in one piece, so objects of earlier pages come twice.
 * Rejects with ApiError.
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
