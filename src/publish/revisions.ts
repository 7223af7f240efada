/** GraphRevisions of one RGD in the cluster: list and release. */
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

/** The RGD's revisions, newest first, with those that are being deleted. Rejects with ApiError. */
export async function listRevisions(
  rgd: ResourceGraphDefinition,
  client: KubeClient,
): Promise<GraphRevision[]> {
  const fieldSelector = `spec.snapshot.name=${rgd.metadata.name}`;
  const { items } = await client.list(REVISION_KIND, { fieldSelector });
  return (items as GraphRevision[]).sort((a, b) => b.spec.revision - a.spec.revision);
}

/**
 * Takes kro's finalizer off a revision; makes no request when it has none. Resolves also when the
 * revision is gone or has changed since it was read; rejects with ApiError otherwise.
 *
 * @example
 * ```ts
 * const revision = await client.get({ kind: REVISION_KIND, name: "shop-r00001" });
 * if (revision?.metadata.deletionTimestamp) await releaseRevision(client, revision);
 * ```
 */
export async function releaseRevision(client: KubeClient, revision: KubeObject): Promise<void> {
  const patch = finalizerRemoval(revision);
  if (!patch) return;
  const body = guarded(patch, revision.metadata.resourceVersion);
  await unlessReplaced(client.mergePatch(revisionRef(revision), body, asKro));
}

/** Where a revision is. */
export function revisionRef(revision: KubeObject): ObjectRef {
  return { kind: REVISION_KIND, name: revision.metadata.name! };
}
