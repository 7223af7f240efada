/** Watches objects for `kro get -w`. */
import { ApiError, type KindRef, type KubeObject } from "../../api/mod.ts";
import { type KubeClient, type ListOptions, sleep } from "../../kube/mod.ts";

/** The pause before a watch is opened again after an error, in milliseconds. */
const PAUSE_MS = 1000;

/** A change of an object. */
export interface ObjectChanged {
  /** The object after the change, or before its deletion. */
  object: KubeObject;
  /** Whether the object was deleted. */
  isDeleted: boolean;
}

/** The reasons of errors after which the same request may succeed. */
const PASSING: readonly string[] = [
  "Gone",
  "ServerError",
  "Timeout",
  "TooManyRequests",
  "Unreachable",
];

/**
 * Yields the changes of objects after a resourceVersion. When the connection ends, the watch continues from the
 * last change. When that change is too old, the watch continues from the present state, and changes in between
 * are not yielded. Ends only when the signal is aborted. Rejects with ApiError when the API server refuses the
 * watch, for example because the CRD of the kind was deleted.
 *
 * @param pauseMs The pause before a watch is opened again after an error, in milliseconds.
 */
export async function* watchObjects(
  client: KubeClient,
  kind: KindRef,
  options: ListOptions,
  resourceVersion: string,
  signal: AbortSignal = new AbortController().signal,
  pauseMs: number = PAUSE_MS,
): AsyncGenerator<ObjectChanged> {
  let from: string | undefined = resourceVersion;
  while (!signal.aborted) {
    try {
      const since: string = from ?? (await client.list(kind, options)).resourceVersion;
      from = since;
      for await (
        const event of client.watch(kind, { ...options, resourceVersion: since, signal })
      ) {
        if (event.type === "BOOKMARK") {
          from = event.resourceVersion;
          continue;
        }
        from = event.object.metadata.resourceVersion ?? from;
        yield { object: event.object, isDeleted: event.type === "DELETED" };
      }
    } catch (error) {
      if (!(error instanceof ApiError) || !PASSING.includes(error.reason)) throw error;
      if (error.reason === "Gone") from = undefined;
      else await sleep(pauseMs, signal);
    }
  }
}
