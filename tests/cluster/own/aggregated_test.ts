/** Kinds of an aggregated API that comes late: a second API server stands behind the first one. */
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  startController,
  until,
} from "../../support/cluster/controller.ts";
import { apiOnly, startControlPlane } from "../../support/controlplane/mod.ts";
import { eventually, testNamespace } from "../../support/controlplane/shared.ts";
import { crdOf } from "../../support/cluster/crds.ts";

Deno.test("an RGD is served when the aggregated API comes whose kind it waits for", async () => {
  await using second = await startControlPlane({ without: apiOnly });
  await using space = await testNamespace("aggregated");
  const name = "aggregating";
  const group = "late.example.org";
  const behind = async (args: string[], stdin?: unknown) => {
    const { code, stderr } = await second.kubectl(args, { stdin: JSON.stringify(stdin) });
    if (code !== 0) throw new Error(stderr);
  };
  const fields = { spec: { type: "object", properties: { size: { type: "string" } } } };
  await behind(["apply", "-f", "-"], crdOf("Gadget", group, "v1", fields));
  // The first one says who asks in headers that the second does not believe.
  const everything = ["--clusterrole=cluster-admin", "--user=system:anonymous"];
  await behind(["create", "clusterrolebinding", "anybody", ...everything]);
  await behind(["create", "namespace", space.name]);

  await using _kro = await startController();
  const service = `v1.${group}`;
  try {
    await apply(graph(name, {
      kind: "Aggregating",
      spec: { size: "string" },
      resources: [{
        id: "gadget",
        template: {
          apiVersion: `${group}/v1`,
          kind: "Gadget",
          metadata: { name: "${schema.metadata.name}" },
          spec: { size: "${schema.spec.size}" },
        },
      }],
    }));
    await until("rgd", name, undefined, ({ status }) => status?.state === "Inactive");
    await apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "second" },
      spec: { type: "ExternalName", externalName: "localhost" },
    }, space.name);
    await apply({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: service },
      spec: {
        group,
        version: "v1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: {
          namespace: space.name,
          name: "second",
          port: Number(new URL(second.server).port),
        },
      },
    });
    await eventually("the graph is served", async () => {
      const text = await kubectl(["get", "rgd", name, "-o", "jsonpath={.status.state}"]);
      return text === "Active";
    }, 100);
    await apply({
      apiVersion: `${groupOf(name)}/v1alpha1`,
      kind: "Aggregating",
      metadata: { name: "app" },
      spec: { size: "s" },
    }, space.name);
    const plural = `aggregatings.${groupOf(name)}`;
    await until(plural, "app", space.name, ({ status }) => status?.state === "ACTIVE");
    await behind(["get", "gadgets", "app", "-n", space.name]);
    await cleanUp(name, "aggregatings");
  } finally {
    await kubectl(["delete", "apiservice", service, "--ignore-not-found"]);
  }
});
