/** Measures when objects reach a state, by the events of a watch. */
import { ApiError, isGone, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import { type KubeClient, within } from "../../../src/kube/mod.ts";
import { pause } from "./user.ts";

/** Whether an object is in the awaited state, by the object and the type of its watch event. */
export type Holds = (object: KubeObject, type: string) => boolean;

/**
 * Calls `take` with each change of an object of the kind after `resourceVersion`, until the signal aborts.
 * When the API server ends the watch, as it does when the CRD changes, it lists and calls `take` for each
 * object.
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
    // The last events before a watch ends because of a changed CRD lack the new fields, so this lists.
    const listed = await client.list(kind);
    for (const item of listed.items) take(item, "MODIFIED");
    resourceVersion = listed.resourceVersion;
  }
}

/** A watch of all objects of one kind. Disposing it ends the watch. */
export class ObjectWatch implements Disposable {
  readonly #waiting = new Map<string, { holds: Holds; resolve: (at: number) => void }>();
  readonly #stop = new AbortController();
  /** Rejects when the watch cannot continue, for example because its kind is no longer served. */
  readonly #failed = Promise.withResolvers<never>();

  private constructor(private readonly kind: KindRef) {}

  /** Starts a watch of the changes after this call. */
  static async start(client: KubeClient, kind: KindRef): Promise<ObjectWatch> {
    const watch = new ObjectWatch(kind);
    const { resourceVersion } = await client.list(kind);
    // Only `all` awaits this promise; without this handler Deno would end the process for its rejection.
    watch.#failed.promise.catch(() => {});
    const take = watch.#take.bind(watch);
    follow(client, kind, resourceVersion, watch.#stop.signal, take).catch(watch.#failed.reject);
    return watch;
  }

  /**
   * Returns for each name the `performance.now()` of the first event in which the object is in the state.
   * Rejects when an object is not in the state within the limit, or when the watch fails.
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
