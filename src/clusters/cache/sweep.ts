/** The full resync of a kind: compares the API server's objects with the cache. */
import { Label } from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import { keyOf, type ObjectKey } from "./child.ts";
import type { ChildStore } from "./store.ts";

/** The pauses of a sweep. A rejection of either ends the sweep. */
export interface SweepWaits {
  /** Pauses between two pages of the list. */
  pause: () => Promise<void>;
  /** Waits until events of all changes that the list showed have arrived. */
  awaitEvents: () => Promise<void>;
}

/** Result of a sweep. */
export interface Swept {
  /** The number of listed objects. */
  compared: number;
  /** The number of objects that differed from the cache, which was corrected. */
  missed: number;
}

/**
 * Lists every child of the kind and compares it with the cache. An object that differs, and still does after
 * {@link SweepWaits.awaitEvents}, is read again; the cache is corrected and its instances are woken. Rejects
 * with ApiError when objects cannot be read.
 */
export async function sweepKind(
  client: KubeClient,
  store: ChildStore,
  waits: SweepWaits,
): Promise<Swept> {
  const { objects } = store;
  // Objects that are created or deleted during the list are not compared: their events report them.
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
  await waits.awaitEvents();
  let missed = 0;
  for (const at of suspects.values()) {
    const live = await client.get({ kind: objects.kind, ...at });
    if (live ? store.correct(live) : store.correctGone(at)) missed++;
  }
  return { compared, missed };
}
