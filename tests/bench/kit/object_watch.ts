/** Measures when objects reach a state, from the events of a watch. */
import { ApiError, isGone, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import { type KubeClient, within } from "../../../src/kube/mod.ts";
import { pause } from "./user.ts";

/** The state to wait for, judged by an object and the type of its watch event. */
export type Holds = (object: KubeObject, type: string) => boolean;

/**
 * Calls `take` with each change of an object of the kind from `resourceVersion` on, until the signal aborts.
 * After the API server has ended the watch, as it does when the CRD changes, it calls `take` with all objects.
 */
export async function follow(
  client: KubeClient,
  kind: KindRef,
  resourceVersion: string,
  signal: AbortSignal,
  take: (object: KubeObject, type: string) => void,
): Promise<void> {
  for (;;) {
    try {
      for await (const event of client.watch(kind, { resourceVersion, signal })) {
        if (event.type !== "BOOKMARK") take(event.object, event.type);
      }
    } catch (error) {
      const isReplaced = isGone(error) || (error instanceof ApiError && error.code === 429);
      if (!signal.aborted && !isReplaced) throw error;
    }
    await pause(0.2);
    if (signal.aborted) return;
    // When the CRD changes, the last events before the watch ends lack the fields that are new.
    const listed = await client.list(kind);
    for (const item of listed.items) take(item, "MODIFIED");
    resourceVersion = listed.resourceVersion;
  }
}

/** A watch of all objects of one kind; leaving the scope ends it. */
export class ObjectWatch implements Disposable {
  readonly #waiting = new Map<string, { holds: Holds; resolve: (at: number) => void }>();
  readonly #stop = new AbortController();
  /** Rejects when the watch cannot go on, for example because its kind is no longer served. */
  readonly #failed = Promise.withResolvers<never>();

  private constructor(private readonly kind: KindRef) {}

  /** Starts a watch of the changes from now on. */
  static async start(client: KubeClient, kind: KindRef): Promise<ObjectWatch> {
    const watch = new ObjectWatch(kind);
    const { resourceVersion } = await client.list(kind);
    // A failure matters only to callers of `all`, who race against this promise.
    watch.#failed.promise.catch(() => {});
    const take = watch.#take.bind(watch);
    follow(client, kind, resourceVersion, watch.#stop.signal, take).catch(watch.#failed.reject);
    return watch;
  }

  /**
   * For each name the `performance.now()` of the first event in which the object is in the state. Throws
   * when some objects are not within the limit.
   */
  async all(names: readonly string[], holds: Holds, seconds = 600): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const every = Promise.all(names.map(async (name) => {
      const at = await new Promise<number>((resolve) =>
        this.#waiting.set(name, { holds, resolve })
      );
      found.set(name, at);
    }));
    const late = () =>
      `${names.length - found.size} of ${names.length} ${this.kind.plural} not in ${seconds} s`;
    await within(seconds * 1000, Promise.race([every, this.#failed.promise]), late);
    return found;
  }

  /** {@link all} for one object, by default within two minutes. */
  async one(name: string, holds: Holds, seconds = 120): Promise<number> {
    return (await this.all([name], holds, seconds)).get(name)!;
  }

  #take(object: KubeObject, type: string): void {
    const name = object.metadata.name!;
    const waiting = this.#waiting.get(name);
    if (!waiting?.holds(object, type)) return;
    this.#waiting.delete(name);
    waiting.resolve(performance.now());
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
