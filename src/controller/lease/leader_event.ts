/** The Event on the Lease that tells of a new leader, as Kubernetes' own leader election writes it. */
import { apiVersionOf, type KindRef, LEASE_NAME, timestamp } from "../../api/mod.ts";
import { type KubeClient, LEASE_KIND } from "../../kube/mod.ts";

const EVENT_KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

/** Writes it; rejects with ApiError, which costs nobody the leadership. */
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
