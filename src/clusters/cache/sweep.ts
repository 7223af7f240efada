/** Finds what events missed: lists a kind's children page by page and compares all of them with the cache. */
import { Label } from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import { keyOf } from "./child.ts";
import type { InstanceId } from "./instance_id.ts";
import type { ChildStore, ObjectKey } from "./store.ts";

/** How a sweep takes its time; both reject when there is no use in going on. */
export interface SweepWaits {
  /** Between pages. */
  pause: () => Promise<void>;
  /** Until events that were under way must have come. */
  settle: () => Promise<void>;
}

/** What a sweep found. */
export interface Swept {
  /** How many objects were compared. */
  compared: number;
  /** How many of them the cache knew otherwise, or that were gone. */
  missed: number;
  /** Instances to wake because of them. */
  instances: InstanceId[];
}

/**
 * Compares every child of the kind, in full. What differs, and still does once events had their time, is
 * read anew and put right. Rejects with ApiError when the list cannot be read.
 */
export async function sweepKind(
  client: KubeClient,
  store: ChildStore,
  waits: SweepWaits,
): Promise<Swept> {
  // What comes up or goes while the list is read is no business of it.
  const before = new Map(store.known());
  const suspects = new Map<string, ObjectKey>();
  let compared = 0;
  let isFirst = true;
  const selection = { labelSelector: `${Label.owned}=true` };
  for await (
    const { items } of everyPage(client, store.kind, selection, () => store.namespaces())
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
  if (suspects.size === 0) return { compared, missed: 0, instances: [] };
  await waits.settle();
  let missed = 0;
  const instances = new Map<string, InstanceId>();
  for (const at of suspects.values()) {
    const live = await client.get({ kind: store.kind, ...at });
    const found = live ? store.correct(live) : store.correctGone(at);
    if (!found) continue;
    missed++;
    for (const instance of found) instances.set(instance.uid, instance);
  }
  return { compared, missed, instances: [...instances.values()] };
}
