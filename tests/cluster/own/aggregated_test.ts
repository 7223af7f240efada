/**
 * Tests of RGDs that use a kind of an aggregated API, which is registered only after the RGD. A second API
 * server serves the kind. The test's API server forwards requests for the kind to the second API server.
 */
import { apiOnly, startControlPlane } from "../../support/controlplane/mod.ts";
import { crdOf, kroTest, kubectl, NAME } from "../../support/cluster/mod.ts";

kroTest(
  "an RGD becomes Active once the aggregated API that serves its kind is registered",
  async (s) => {
    await using second = await startControlPlane({ without: apiOnly });
    const group = "late.example.org";
    const onSecond = (args: string[], stdin?: unknown) => kubectl(args, { on: second, stdin });
    const fields = { spec: { type: "object", properties: { size: { type: "string" } } } };
    await onSecond(["apply", "-f", "-"], crdOf("Gadget", group, "v1", fields));
    // Grants the anonymous user all permissions on the second API server. The first API server passes the
    // user's name in headers. The second API server does not trust these headers, and treats all forwarded
    // requests as anonymous.
    const everything = ["--clusterrole=cluster-admin", "--user=system:anonymous"];
    await onSecond(["create", "clusterrolebinding", "anybody", ...everything]);
    await onSecond(["create", "namespace", s.namespace]);

    const service = `v1.${group}`;
    try {
      const graph = await s.apply({
        kind: "Aggregating",
        spec: { size: "string" },
        resources: [{
          id: "gadget",
          template: {
            apiVersion: `${group}/v1`,
            kind: "Gadget",
            metadata: { name: NAME },
            spec: { size: "${schema.spec.size}" },
          },
        }],
      });
      await s.cluster.until(graph.rgd, ({ status }) => status?.state === "Inactive");
      await s.cluster.create({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "second" },
        spec: { type: "ExternalName", externalName: "localhost" },
      });
      const port = Number(new URL(second.server).port);
      await s.cluster.create({
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        metadata: { name: service },
        spec: {
          group,
          version: "v1",
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { namespace: s.namespace, name: "second", port },
        },
      });
      await s.cluster.until(graph.rgd, ({ status }) => status.state === "Active", 300);
      await graph.create("app", { size: "s" });
      await graph.active("app");
      await onSecond(["get", "gadgets", "app", "-n", s.namespace]);
      await graph.removeAll();
    } finally {
      await kubectl(["delete", "apiservice", service, "--ignore-not-found"]);
    }
  },
  { defaults: true },
);
