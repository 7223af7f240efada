/** Lists the GraphRevisions of an RGD. */
import {
  type GraphRevision,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
  REVISION_KIND,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";

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

/** Returns the reference to a revision. */
export function revisionRef(revision: KubeObject): ObjectRef {
  return { kind: REVISION_KIND, name: revision.metadata.name! };
}
