/** Reads many objects of a cluster with few requests. */
import {
  gvkKey,
  isNotFound,
  type KubeObject,
  Label,
  type ObjectRef,
  refKey,
} from "../../api/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";

/**
 * If more than this number of objects of one kind is requested, one list request replaces the single reads.
 */
const MANY = 20;

/** The number of concurrent requests. */
const WORKERS = 16;

/**
 * Reads the objects. Returns the objects that exist, by their {@link refKey}. Rejects with ApiError when a
 * request fails.
 */
export async function liveObjects(
  client: KubeClient,
  refs: readonly ObjectRef[],
): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  const single: ObjectRef[] = [];
  const byKind = Map.groupBy(refs, ({ kind }) => gvkKey(kind));
  for (const all of byKind.values()) {
    const wanted = new Set(all.map(refKey));
    if (all.length > MANY) {
      const { kind } = all[0]!;
      const namespaces = () => new Set(all.flatMap(({ namespace }) => namespace ?? []));
      const options = { labelSelector: `${Label.owned}=true` };
      for await (const { items } of everyPage(client, kind, options, namespaces)) {
        for (const object of items) {
          const { namespace, name = "" } = object.metadata;
          const key = refKey({ kind, namespace, name });
          if (wanted.has(key)) found.set(key, object);
        }
      }
    }
    for (const ref of all) if (!found.has(refKey(ref))) single.push(ref);
  }
  const queue = single.values();
  const work = async () => {
    for (const ref of queue) {
      const object = await client.get(ref).catch((error) => {
        if (!isNotFound(error)) throw error;
      });
      if (object) found.set(refKey(ref), object);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, single.length) }, work));
  return found;
}
