/** The full resync of a kind, which compares every object on the API server with the watch cache. */
import { Label } from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import { keyOf, type ObjectKey } from "./child.ts";
import type { ChildStore } from "./store.ts";

/** The two waits of a full resync. If one of the functions rejects, the resync ends. */
export interface SweepWaits {
  /** Waits between two pages of the list, to limit the load on the API server. */
  pause: () => Promise<void>;
  /**
   * Waits until a working watch has delivered the events of all changes that the list of the resync contains.
   */
  awaitEvents: () => Promise<void>;
}

/** The result of a full resync of a kind. */
export interface Swept {
  /** The number of listed objects, which were compared with the cache. */
  compared: number;
  /** The number of cached objects that differed from the API server and were corrected. */
  missed: number;
}

/**
 * The maximum number of waits for late watch events, of at most 30 seconds each. If the watch is still
 * interrupted after all waits, the resync counts the changes that it finds as missed by the watch.
 */
const MAX_WAITS = 4;

/**
 * Lists every child object of the kind and compares the list with the cache. An object may differ only
 * because its watch event is still on the way, so the resync waits for {@link SweepWaits.awaitEvents}. If the
 * watch was interrupted during the wait, the next list of the watch may report the change, so the resync
 * waits again. Afterwards, the resync reads the object again. If the object still differs, the cache is
 * corrected and the instance of the object is requeued. Rejects with ApiError when objects cannot be read.
 *
 * @param connection Identifies the current connection of the watch; returns undefined while the watch is
 * interrupted.
 */
export async function sweepKind(
  client: KubeClient,
  store: ChildStore,
  waits: SweepWaits,
  connection: () => string | undefined,
): Promise<Swept> {
  const { objects } = store;
  // The objects that were cached before the list started. An object that is created during the list may be
  // missing from the list, but the watch reports the object.
  const before = new Map(objects.places());
  const suspects = new Map<string, ObjectKey>();
  let compared = 0;
  let isFirst = true;
  const selection = { labelSelector: `${Label.owned}=true` };
  for await (
    const { items } of everyPage(client, objects.kind, selection, () => objects.namespaces())
  ) {
    if (!isFirst) await waits.pause();
    isFirst = false;
    for (const item of items) {
      const { namespace, name = "" } = item.metadata;
      before.delete(keyOf({ namespace, name }));
      if (!store.agrees(item)) suspects.set(keyOf({ namespace, name }), { namespace, name });
    }
    compared += items.length;
  }
  for (const [key, at] of before) suspects.set(key, at);
  if (suspects.size === 0) return { compared, missed: 0 };
  for (let i = 0; i < MAX_WAITS; i++) {
    const before = connection();
    await waits.awaitEvents();
    const after = connection();
    if (before !== undefined && after === before) break;
  }
  let missed = 0;
  for (const at of suspects.values()) {
    const live = await client.get({ kind: objects.kind, ...at });
    if (live ? store.correct(live) : store.correctGone(at)) missed++;
  }
  return { compared, missed };
}
