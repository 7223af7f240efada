/** Checks that kro's own CRDs exist before a command watches the cluster. */
import type { ClusterConfig, KubeClient } from "../kube/mod.ts";
import { ownCrdsPresent } from "../publish/mod.ts";
import { UsageError } from "./errors.ts";

/**
 * Rejects with UsageError when the cluster lacks kro's CRDs, and with ApiError when the API server refuses the
 * request.
 */
export async function requireOwnCrds(
  client: KubeClient,
  { server }: Pick<ClusterConfig, "server">,
): Promise<void> {
  if (await ownCrdsPresent(client)) return;
  throw new UsageError(
    `kro's CustomResourceDefinitions are missing at ${server}: install kro's chart, or run kubectl apply ` +
      "--server-side -f deploy/crds",
  );
}
