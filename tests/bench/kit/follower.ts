/** When something became of objects, as a watch tells it. */
import { ApiError, isGone, type KindRef, type KubeObject } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { pause } from "../instances/setup.ts";

/** What is waited for: an object as an event shows it. */
export type Holds = (object: KubeObject, type: string) => boolean;

/** A watch of one kind; leaving the scope ends it. */
export class Follower implements Disposable {
  readonly #waiting = new Map<string, { holds: Holds; resolve: (at: number) => void }>();
  readonly #stop = new AbortController();
  /** Rejects when the watch cannot go on, for example because its kind is no longer served. */
  readonly #failed = Promise.withResolvers<never>();

  private constructor(private readonly client: KubeClient, private readonly kind: KindRef) {}

  /** Begins with what comes from now on. */
  static async start(client: KubeClient, kind: KindRef): Promise<Follower> {
    const follower = new Follower(client, kind);
    const { resourceVersion } = await client.list(kind);
    // Without callers of `all` nobody needs to know of a failure.
    follower.#failed.promise.catch(() => {});
    follower.#run(resourceVersion!).catch(follower.#failed.reject);
    return follower;
  }

  async #run(resourceVersion: string): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      try {
        for await (const event of this.client.watch(this.kind, { resourceVersion, signal })) {
          if (event.type === "BOOKMARK") resourceVersion = event.resourceVersion;
          else {
            resourceVersion = event.object.metadata.resourceVersion!;
            this.#take(event.object, event.type);
          }
        }
      } catch (error) {
        const isReplaced = isGone(error) || (error instanceof ApiError && error.code === 429);
        if (!signal.aborted && !isReplaced) throw error;
      }
      await pause(0.2);
      if (signal.aborted) return;
      // The kind's definition changed: the last events were cut down to the fields of the old one.
      const { items, resourceVersion: listed } = await this.client.list(this.kind);
      for (const item of items) this.#take(item, "MODIFIED");
      resourceVersion = listed!;
    }
  }

  #take(object: KubeObject, type: string): void {
    const name = object.metadata.name!;
    const waiting = this.#waiting.get(name);
    if (!waiting?.holds(object, type)) return;
    this.#waiting.delete(name);
    waiting.resolve(performance.now());
  }

  /** For each name the `performance.now()` at which it held first; an error when some do not in time. */
  async all(names: readonly string[], holds: Holds, seconds = 600): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const every = Promise.all(names.map(async (name) => {
      const at = await new Promise<number>((resolve) =>
        this.#waiting.set(name, { holds, resolve })
      );
      found.set(name, at);
    }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const left = names.length - found.size;
        reject(new Error(`${left} of ${names.length} ${this.kind.plural} not in ${seconds} s`));
      }, seconds * 1000);
    });
    await Promise.race([every, late, this.#failed.promise]).finally(() => clearTimeout(timer));
    return found;
  }

  /** The same for one, with what it may depend on from event to event. */
  async one(name: string, holds: Holds, seconds = 120): Promise<number> {
    return (await this.all([name], holds, seconds)).get(name)!;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
