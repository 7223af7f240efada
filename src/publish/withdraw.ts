/**
 * Withdraws an RGD that is being deleted. If the deletion of CRDs is allowed, the instances and the CRD of
 * the RGD are deleted first. Then kro's finalizer is removed from the RGD.
 */
import type { KubeObject, ResourceGraphDefinition } from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { decideWithdrawal, type WithdrawalFacts } from "./decide_withdrawal.ts";
import { readFact } from "./gather.ts";
import { Answers, performWrites } from "./perform.ts";
import { release } from "./revision_writes.ts";

/** The dependencies of withdrawing an RGD. */
export interface WithdrawDeps {
  /** The client of the cluster. */
  client: KubeClient;
  /**
   * Whether to delete the RGD's instances and then its generated CRD. By default instances and CRD are
   * kept.
   */
  allowCrdDeletion?: boolean;
}

/** The progress of the deletion of an RGD. */
export interface WithdrawResult {
  /** Whether kro's finalizer has been removed from the RGD, so that the API server can delete the RGD. */
  released: boolean;
  /** The instances that still exist. kro removes its finalizer from the RGD only after they are gone. */
  instancesLeft: KubeObject[];
}

/**
 * Makes one step of deleting an RGD.
 *
 * While instances exist, the step deletes the instances and ends. An instance controller then removes the
 * objects of these instances, and the caller makes the next step. Once all instances are gone, the step
 * deletes the CRD and removes kro's finalizer from the revisions and the RGD.
 *
 * Without `allowCrdDeletion`, the step keeps the instances and the CRD, and only removes the finalizers. The
 * step does the same while kro is being uninstalled: kro's own CRD of ResourceGraphDefinitions is then absent
 * or being deleted. Rejects with ApiError when a request fails.
 *
 * @example
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import { waitingText, withdrawGraph } from "./mod.ts";
 *
 * async function step(rgd: ResourceGraphDefinition, client: KubeClient): Promise<boolean> {
 *   const deps = { client, allowCrdDeletion: true };
 *   const { released, instancesLeft } = await withdrawGraph(rgd, deps);
 *   if (!released) console.log(waitingText(instancesLeft));
 *   return released;
 * }
 * ```
 */
export async function withdrawGraph(
  rgd: ResourceGraphDefinition,
  { client, allowCrdDeletion = false }: WithdrawDeps,
): Promise<WithdrawResult> {
  let facts: WithdrawalFacts = { rgd, allowCrdDeletion };
  for (;;) {
    const { writes, read, instancesLeft } = decideWithdrawal(facts);
    await performWrites(writes, new Answers(), { client });
    if (!read) return { released: instancesLeft.length === 0, instancesLeft };
    facts = { ...facts, ...await readFact(read, rgd, client) };
  }
}

/**
 * Removes kro's finalizer from a revision that is being deleted. A revision without the finalizer needs no
 * request. Resolves also when the revision no longer exists or was changed since it was read. Rejects with
 * ApiError when the request fails for another reason.
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
  const writes = release(revision, "the revision is being deleted");
  await performWrites(writes, new Answers(), { client });
}

/**
 * Returns the message of the RGD's condition KindReady while the deletion of the RGD waits until `instances`
 * no longer exist. The message names up to three instances.
 */
export function waitingText(instances: readonly KubeObject[]): string {
  const names = instances.map(({ metadata: { namespace, name } }) =>
    namespace ? `${namespace}/${name}` : name!
  ).sort();
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `waiting for instances to be gone: ${names.slice(0, 3).join(", ")}${more}`;
}
