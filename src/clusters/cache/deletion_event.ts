/** Handles the DELETED events of a watch that selects objects by a label. */
import { inBackground, type KubeObject, Label, type ObjectRef } from "../../api/mod.ts";
import { Backoff, type KubeClient, sleep } from "../../kube/mod.ts";
import { keyOf } from "./child.ts";
import { readUntilKnown } from "./read_until_known.ts";
import type { ChildStore } from "./store.ts";

/**
 * Handles a DELETED event. A watch with a label selector sends DELETED also when an object only lost the
 * label. kro therefore sends a GET to find out whether the object still exists. No GET is sent if kro itself
 * deleted the object. Resolves to true when an instance was requeued.
 *
 * An object that still exists is read again, after delays of up to 30 seconds, until the object is gone or has
 * the label again. These reads are needed for an object that loses the label while a finalizer delays the
 * object's deletion: no event reports its end.
 */
export async function handleDeletion(
  client: KubeClient,
  store: ChildStore,
  object: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, name = "", uid, resourceVersion } = object.metadata;
  const at = { namespace, name, uid, resourceVersion };
  if (store.deletedByUs({ ...object.metadata, name })) return store.gone(at);
  const ref = { kind: store.objects.kind, namespace, name };
  const live = await readUntilKnown(client, ref, signal);
  if (live?.metadata.uid !== uid) return store.gone(at);
  const isFollowed = isCached(store, live!);
  const woke = store.stripped(live!);
  if (!isFollowed) inBackground("unlabeled object", follow(client, store, ref, live!, signal));
  return woke;
}

/**
 * Reads an object without kro's label until the object is gone. Stops when the cache has a newer state of the
 * object: kro has then restored the label, and the watch reports the object again.
 */
async function follow(
  client: KubeClient,
  store: ChildStore,
  ref: ObjectRef,
  found: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff();
  let known = found;
  while (isCached(store, known)) {
    await sleep(backoff.next(), signal);
    if (signal.aborted || !isCached(store, known)) return;
    const live = await readUntilKnown(client, ref, signal);
    if (signal.aborted) return;
    if (live?.metadata.uid !== known.metadata.uid) {
      store.gone({ ...known.metadata, name: ref.name });
      return;
    }
    if (live!.metadata.labels?.[Label.owned] === "true") return;
    store.stripped(live!);
    known = live!;
  }
}

/** Returns true when the cache contains exactly this state of the object. */
function isCached(store: ChildStore, { metadata }: KubeObject): boolean {
  const child = store.objects.child(keyOf(metadata));
  return child?.uid === metadata.uid && child?.revision === metadata.resourceVersion;
}
