/** Compares a kind's children in the API server with the cache, to find changes that no event reported. */
import { Label } from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import { keyOf, type ObjectKey } from "./child.ts";
import type { ChildStore } from "./store.ts";

/** The pauses of a sweep; both reject when the sweep is to stop. */
export interface SweepWaits {
  /** Between two pages of the list. */
  pause: () => Promise<void>;
  /** Until events of changes that the list showed have arrived. */
  awaitEvents: () => Promise<void>;
}

/** What a sweep found. */
export interface Swept {
  /** How many listed objects were compared. */
  compared: number;
  /** How many objects the cache had otherwise; it is corrected. */
  missed: number;
}

/**
 * Compares every child of the kind in full. Objects that differ, and still do after
 * {@link SweepWaits.awaitEvents}, are read again and corrected, which wakes their instances. Rejects with
 * ApiError when they cannot be read.
 */
export async function sweepKind(
  client: KubeClient,
  store: ChildStore,
  waits: SweepWaits,
): Promise<Swept> {
  const { objects } = store;
  // Objects that are created or deleted while the list is read are left to their events.
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
