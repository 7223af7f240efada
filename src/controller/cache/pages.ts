/** Lists read page by page, for what takes the same object twice. */
import { ApiError, type KindRef } from "../../api/mod.ts";
import type { KubeClient, ListOptions, ListPage } from "../../kube/mod.ts";

/**
 * Pages of 500 objects. When the server forgets the list in the middle it begins again, in one piece:
 * objects of the pages before come once more. Rejects with ApiError.
 */
export async function* everyPage(
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
