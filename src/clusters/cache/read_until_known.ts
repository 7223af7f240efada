/** Reads an object until it is known whether the object exists. */
import { ApiError, type KubeObject, type ObjectRef } from "../../api/mod.ts";
import { Backoff, type KubeClient, sleep } from "../../kube/mod.ts";

/**
 * Returns the live object; undefined when the object does not exist, when RBAC forbids the GET, or when the
 * signal aborts. A GET that fails for another reason is repeated. If a failed GET counted as a deletion, a
 * pass could remove the kind from the inventory although the object still exists, and the object would never
 * be deleted.
 */
export async function readUntilKnown(
  client: Pick<KubeClient, "get">,
  { kind, namespace, name }: ObjectRef,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      return await client.get({ kind, namespace, name });
    } catch (error) {
      if (!isPassing(error)) return undefined;
      await sleep(backoff.next(), signal);
    }
  }
}

/**
 * Returns true when a failed request may succeed if kro repeats the request. Returns false when the request
 * can succeed only after a change of RBAC permissions or of the kind.
 */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError &&
    !["NotFound", "Forbidden", "MethodNotAllowed"].includes(error.reason);
}
