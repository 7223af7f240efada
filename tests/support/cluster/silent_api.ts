/** An aggregated API that does not answer, for tests of kinds that cannot be read. */
import type { Live, Place, TestCluster } from "./cluster.ts";

/**
 * Replaces a CRD with an aggregated API of the same group and version v1 whose server does not exist. Waits
 * until the API server reports the API as unavailable.
 *
 * @param crd The CRD. It must be the only one of its group.
 * @returns The APIService, which the test must delete.
 */
export async function silenceApi(cluster: TestCluster, group: string, crd: Place): Promise<Place> {
  const service: Place = { kind: "APIService.apiregistration.k8s.io", name: `v1.${group}` };
  await cluster.remove(crd);
  await cluster.untilGone(service);
  await cluster.create({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: service.name },
    spec: {
      group,
      version: "v1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: cluster.namespace, name: "nobody" },
    },
  });
  const isUnavailable = (c: Live) => c.type === "Available" && c.status === "False";
  await cluster.until(service, ({ status }) => status?.conditions?.some(isUnavailable));
  return service;
}
