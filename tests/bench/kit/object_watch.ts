/** Measures the time at which objects reach a state, by the watch events of the objects. */
import { ApiError, isGone, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import { type KubeClient, within } from "../../../src/kube/mod.ts";
import { pause } from "./user.ts";

/**
 * A function that returns whether an object has reached the expected state. It receives the object
 * and the type of the object's watch event.
 */
export type Holds = (object: KubeObject, type: string) => boolean;

/**
 * Calls `take` for each change of an object of the kind after `resourceVersion`, until the signal aborts.
 * Whenever the API server ends the watch, for example after a change of the CRD, the function lists all
 * objects and calls `take` for each object.
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
    // The watch has ended, for example because the CRD has changed. The last events of the watch did not
    // contain the new fields of the CRD, but the list contains them.
    const listed = await client.list(kind);
    for (const item of listed.items) take(item, "MODIFIED");
    resourceVersion = listed.resourceVersion;
  }
}

/** A watch of all objects of one kind. Disposing the object ends the watch. */
export class ObjectWatch implements Disposable {
  readonly #waiting = new Map<string, { holds: Holds; resolve: (at: number) => void }>();
  readonly #stop = new AbortController();
  /**
   * A promise that rejects when the watch cannot continue, for example because the API server no
   * longer serves the kind.
   */
  readonly #failed = Promise.withResolvers<never>();

  private constructor(private readonly kind: KindRef) {}

  /** Starts a watch that reports all changes from now on. */
  static async start(client: KubeClient, kind: KindRef): Promise<ObjectWatch> {
    const watch = new ObjectWatch(kind);
    const { resourceVersion } = await client.list(kind);
    // Marks the promise as handled, so that a failed watch does not end the process while no call of
    // {@link all} waits for the promise.
    watch.#failed.promise.catch(() => {});
    const take = watch.#take.bind(watch);
    follow(client, kind, resourceVersion, watch.#stop.signal, take).catch(watch.#failed.reject);
    return watch;
  }

  /**
   * Waits until `holds` is true for each named object, and returns the time at which each object reached this
   * state. The keys are the names of the objects; the times are values of `performance.now()`, in
   * milliseconds. Rejects if the time limit is exceeded or the watch fails.
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

  /**
   * Waits until `holds` is true for the named object. Returns the time at which the object reached this
   * state, as a value of `performance.now()` in milliseconds. The default time limit is two minutes.
   */
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
