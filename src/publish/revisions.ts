/** Lists the GraphRevisions of an RGD, and removes kro's finalizer from a GraphRevision. */
import {
  type GraphRevision,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
  REVISION_KIND,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { asKro, unlessReplaced } from "./requests.ts";
import { finalizerRemoval, guarded } from "./writes.ts";

/**
 * Lists the RGD's revisions, newest first, including revisions that are being deleted. Rejects with
 * ApiError when the request fails.
 */
export async function listRevisions(
  rgd: ResourceGraphDefinition,
  client: KubeClient,
): Promise<GraphRevision[]> {
  const fieldSelector = `spec.snapshot.name=${rgd.metadata.name}`;
  const { items } = await client.list(REVISION_KIND, { fieldSelector });
  return (items as GraphRevision[]).sort((a, b) =>
    Number(b.spec.revision) - Number(a.spec.revision)
  );
}

/**
 * Reports whether kro may have issued this revision number. A user can write a number of up to 64 bits into
 * a revision. A number beyond the safe integers of JavaScript is parsed as a bigint, and a calculation with
 * a bigint and a number throws.
 */
export function isIssuable(revision: unknown): revision is number {
  return Number.isSafeInteger(revision) && Number(revision) < Number.MAX_SAFE_INTEGER;
}

/**
 * Removes kro's finalizer from a revision. A revision without the finalizer needs no request. Resolves also
 * when the revision no longer exists or was changed since it was read. Rejects with ApiError when the
 * request fails for another reason.
 *
 * @example
 * ```ts
 * import { REVISION_KIND } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import { releaseRevision } from "./mod.ts";
 *
 * async function release(client: KubeClient, name: string): Promise<void> {
 *   const revision = await client.get({ kind: REVISION_KIND, name });
 *   if (revision?.metadata.deletionTimestamp) await releaseRevision(client, revision);
 * }
 * ```
 */
export async function releaseRevision(client: KubeClient, revision: KubeObject): Promise<void> {
  const patch = finalizerRemoval(revision);
  if (!patch) return;
  const body = guarded(patch, revision.metadata.resourceVersion);
  await unlessReplaced(client.mergePatch(revisionRef(revision), body, asKro));
}

/** Returns the reference to a revision. */
export function revisionRef(revision: KubeObject): ObjectRef {
  return { kind: REVISION_KIND, name: revision.metadata.name! };
}
