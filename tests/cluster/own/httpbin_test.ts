/**
 * Runs the example httpbin with kro's default options. The complete control plane runs the Deployment
 * controller, so the example's Deployment becomes available in many steps.
 */
import assert from "node:assert/strict";
import { kroTest, kubectl, writes } from "../../support/cluster/mod.ts";

const folder = new URL("../../../deploy/examples/httpbin/", import.meta.url).pathname;
const rgd = { kind: "ResourceGraphDefinition.kro.run", name: "httpbin" };
const app = { kind: "HttpbinApp.duffy.xyz", name: "demo-httpbin" };

kroTest(
  "httpbin: from kubectl apply to ACTIVE, while unchanged, and after its RGD is deleted",
  async (s) => {
    const revision = { kind: "GraphRevision.internal.kro.run", name: "httpbin-r00001" };
    try {
      await s.step("the RGD becomes Active and serves its kind", async () => {
        await kubectl(["apply", "-f", `${folder}rgd.yaml`]);
        const { status } = await s.cluster.until(rgd, (o) => o.status?.state === "Active");
        assert.deepEqual(status.topologicalOrder, ["serviceAccount", "deployment", "service"]);
        assert.equal(status.lastIssuedRevision, 1);
        await s.cluster.until(
          revision,
          (o) => o.status?.conditions?.every((c: { status: string }) => c.status === "True"),
        );
        await s.idle();
        await s.requests();
      });

      await s.step("the instance becomes ACTIVE with the Deployment's replicas", async () => {
        await kubectl(["apply", "-n", s.namespace, "-f", `${folder}instance.yaml`]);
        const { metadata, status } = await s.cluster.until(
          app,
          (o) => o.status?.state === "ACTIVE" && o.status.availableReplicas === 2,
        );
        assert.ok(status.deploymentConditions.length > 0);
        const { spec } = await s.cluster.get({ kind: "Service", name: "httpbin" });
        assert.deepEqual(spec.selector, { app: "httpbin", version: "v1" });
        for (const kind of ["ServiceAccount", "Service", "Deployment.apps"]) {
          const { labels } = (await s.cluster.get({ kind, name: "httpbin" })).metadata;
          assert.equal(labels["kro.run/instance-id"], metadata.uid, kind);
          assert.equal(labels["kro.run/instance-name"], "demo-httpbin", kind);
        }
      });

      await s.step("that takes one patch per object and few status writes", async () => {
        await s.idle(2500);
        const written = writes(await s.requests()).filter((call) => call.includes("httpbin"));
        const isStatus = (call: string) => call === "update httpbinapps/status demo-httpbin";
        assert.deepEqual(written.filter((call) => !isStatus(call)).toSorted(), [
          "patch deployments httpbin",
          "patch httpbinapps demo-httpbin",
          "patch serviceaccounts httpbin",
          "patch services httpbin",
        ]);
        assert.ok(written.filter(isStatus).length <= 3, written.join("\n"));
      });

      await s.step("kro sends no request while nothing changes", async () => {
        await s.idle(4000);
        assert.deepEqual((await s.requests()).map(({ verb, uri }) => `${verb} ${uri}`), []);
      });

      await s.step("deleting the RGD keeps the CRD and leaves no revision", async () => {
        await s.cluster.remove(app);
        assert.equal(await s.cluster.find({ kind: "Deployment.apps", name: "httpbin" }), undefined);
        await s.cluster.remove(rgd);
        await s.cluster.untilGone(revision);
        await kubectl(["get", "crd", "httpbinapps.duffy.xyz"]);
      });
    } finally {
      await kubectl(["delete", "rgd", "httpbin", "--ignore-not-found", "--wait=false"]);
      await kubectl([
        "delete",
        "crd",
        "httpbinapps.duffy.xyz",
        "--ignore-not-found",
        "--wait=false",
      ]);
    }
  },
  { defaults: true },
);
