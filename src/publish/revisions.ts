/** Lists and releases the GraphRevisions of an RGD. */
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

/** The RGD's revisions, newest first, including those that are being deleted. Rejects with ApiError. */
export async function listRevisions(
  rgd: ResourceGraphDefinition,
  client: KubeClient,
): Promise<GraphRevision[]> {
  const fieldSelector = `spec.snapshot.name=${rgd.metadata.name}`;
  const { items } = await client.list(REVISION_KIND, { fieldSelector });
  return (items as GraphRevision[]).sort((a, b) => b.spec.revision - a.spec.revision);
}

/**
 * Removes kro's finalizer from a revision; sends no request for a revision without it. Resolves also when
 * the revision is gone or was changed since it was read; rejects with ApiError otherwise.
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

/** The reference to a revision. */
export function revisionRef(revision: KubeObject): ObjectRef {
  return { kind: REVISION_KIND, name: revision.metadata.name! };
}
