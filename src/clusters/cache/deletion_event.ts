/** Handles the DELETED events of a watch that selects objects by a label. */
import { inBackground, type KubeObject, Label, type ObjectRef } from "../../api/mod.ts";
import { Backoff, type KubeClient, Semaphore, sleep } from "../../kube/mod.ts";
import { keyOf } from "./child.ts";
import { readUntilKnown } from "./read_until_known.ts";
import type { ChildStore } from "./store.ts";

/** The maximum number of GETs that confirm deletions of one kind at the same time. */
const MAX_READS = 10;

/** The number of unfinished DELETED events from which the watch of the kind waits. */
const MAX_EVENTS = 1_000;

/**
 * Handles the DELETED events of one kind.
 *
 * The number of concurrent GETs is limited, so that many deletions leave connections for other requests.
 * While 1,000 or more events are unfinished, the watch reads no further event. Otherwise, an aggregated API
 * server that sends ADDED and DELETED events without pause would fill the memory.
 */
export class DeletionEvents {
  readonly #store: ChildStore;
  readonly #signal: AbortSignal;
  readonly #client: Pick<KubeClient, "get">;
  #count = 0;
  #room?: PromiseWithResolvers<void>;

  /** Creates the handler of the events of a cache. The handler sends no request after the signal aborts. */
  constructor(client: Pick<KubeClient, "get">, store: ChildStore, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
    const slots = new Semaphore(MAX_READS);
    this.#client = {
      get: async (ref) => {
        const release = await slots.acquire();
        try {
          return signal.aborted ? undefined : await client.get(ref);
        } finally {
          release();
        }
      },
    };
  }

  /**
   * Returns a promise that resolves when fewer than 1,000 events are unfinished; undefined when this is
   * already the case.
   */
  ready(): Promise<void> | undefined {
    if (this.#count < MAX_EVENTS) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /**
   * Handles a DELETED event. A watch with a label selector sends DELETED also when an object only lost the
   * label. kro therefore sends a GET to find out whether the object still exists. No GET is sent if kro
   * itself deleted the object, or if the object is not cached. Resolves to true when an instance was
   * requeued.
   *
   * An object that still exists is read again, after delays of up to 30 seconds, until the object is gone or
   * has the label again. These reads are needed for an object that loses the label while a finalizer delays
   * the object's deletion: no event reports its end.
   */
  async handle(object: KubeObject): Promise<boolean> {
    this.#count++;
    try {
      return await this.#handle(object);
    } finally {
      this.#count--;
      if (this.#count < MAX_EVENTS) {
        this.#room?.resolve();
        this.#room = undefined;
      }
    }
  }

  async #handle(object: KubeObject): Promise<boolean> {
    const store = this.#store;
    const { namespace, name = "", uid, resourceVersion } = object.metadata;
    const at = { namespace, name, uid, resourceVersion };
    if (store.deletedByUs({ ...object.metadata, name }) || !store.isKnown(at)) {
      return store.gone(at);
    }
    const ref = { kind: store.objects.kind, namespace, name };
    const live = await readUntilKnown(this.#client, ref, this.#signal);
    if (live?.metadata.uid !== uid) return store.gone(at);
    const isFollowed = isCached(store, live!);
    const woke = store.stripped(live!);
    if (!isFollowed) inBackground("unlabeled object", this.#follow(ref, live!));
    return woke;
  }

  /**
   * Reads an object without kro's label until the object is gone. Stops when the cache has a newer state of
   * the object: kro has then restored the label, and the watch reports the object again.
   */
  async #follow(ref: ObjectRef, found: KubeObject): Promise<void> {
    const store = this.#store;
    const backoff = new Backoff();
    let known = found;
    while (isCached(store, known)) {
      await sleep(backoff.next(), this.#signal);
      if (this.#signal.aborted || !isCached(store, known)) return;
      const live = await readUntilKnown(this.#client, ref, this.#signal);
      if (this.#signal.aborted) return;
      if (live?.metadata.uid !== known.metadata.uid) {
        store.gone({ ...known.metadata, name: ref.name });
        return;
      }
      if (live!.metadata.labels?.[Label.owned] === "true") return;
      store.stripped(live!);
      known = live!;
    }
  }
}

/** Returns true when the cache contains exactly this state of the object. */
function isCached(store: ChildStore, { metadata }: KubeObject): boolean {
  const child = store.objects.child(keyOf(metadata));
  return child?.uid === metadata.uid && child?.revision === metadata.resourceVersion;
}
