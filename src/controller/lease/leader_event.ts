/** Writes the Kubernetes Event about a new leader, as client-go's leader election does. */
import { apiVersionOf, EVENT_KIND, LEASE_NAME, timestamp } from "../../api/mod.ts";
import { type KubeClient, LEASE_KIND } from "../../kube/mod.ts";

/**
 * Creates the Event about the new leader on the Lease. Rejects with ApiError. The leadership does not depend
 * on the Event, so a caller may ignore the error.
 */
export async function announceLeader(
  client: KubeClient,
  namespace: string,
  identity: string,
): Promise<void> {
  const now = timestamp(new Date());
  const involvedObject = {
    apiVersion: apiVersionOf(LEASE_KIND),
    kind: LEASE_KIND.kind,
    namespace,
    name: LEASE_NAME,
  };
  await client.create(EVENT_KIND, {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, generateName: `${LEASE_NAME}.` },
    involvedObject,
    type: "Normal",
    reason: "LeaderElection",
    message: `${identity} became leader`,
    source: { component: "kro" },
    reportingComponent: "kro",
    reportingInstance: identity,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  }, { fieldManager: "kro" });
}
