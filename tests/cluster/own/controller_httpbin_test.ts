import assert from "node:assert/strict";
import {
  kubectl,
  quiet,
  read,
  requests,
  startController,
  until,
  untilGone,
  writes,
} from "../../support/cluster/controller.ts";
import { testNamespace } from "../../support/controlplane/shared.ts";

const folder = new URL("../../../deploy/examples/httpbin/", import.meta.url).pathname;
const kind = "httpbinapps.duffy.xyz";

Deno.test("httpbin: from kubectl apply to ACTIVE, drift, restart and deletion", async (t) => {
  await using namespace = await testNamespace("httpbin");
  const ns = namespace.name;
  let running = await startController();
  try {
    const began = new Date();
    await t.step("the RGD becomes Active and serves its kind", async () => {
      await kubectl(["apply", "-f", `${folder}rgd.yaml`]);
      const rgd = await until("rgd", "httpbin", undefined, (o) => o.status?.state === "Active");
      assert.deepEqual(rgd.status.topologicalOrder, ["serviceAccount", "deployment", "service"]);
      assert.equal(rgd.status.lastIssuedRevision, 1);
      const revision = await read("graphrevisions", "httpbin-r00001");
      const ready = await until(
        "graphrevisions",
        "httpbin-r00001",
        undefined,
        (o) => o.status?.conditions?.every((c: { status: string }) => c.status === "True"),
      );
      assert.equal(ready.metadata.uid, revision!.metadata.uid);
    });

    await t.step(
      "the instance becomes ACTIVE with the Deployment's replicas in its status",
      async () => {
        await kubectl(["apply", "-n", ns, "-f", `${folder}instance.yaml`]);
        const instance = await until(
          kind,
          "demo-httpbin",
          ns,
          (o) => o.status?.state === "ACTIVE" && o.status.availableReplicas === 2,
        );
        assert.ok(instance.status.deploymentConditions.length > 0);
        const service = await read("service", "httpbin", ns);
        const spec = service!.spec as { selector: unknown };
        assert.deepEqual(spec.selector, { app: "httpbin", version: "v1" });
        for (const resource of ["serviceaccount", "service", "deployment"]) {
          const { labels } = (await read(resource, "httpbin", ns))!.metadata;
          assert.equal(labels!["kro.run/instance-id"], instance.metadata.uid, resource);
          assert.equal(labels!["kro.run/instance-name"], "demo-httpbin", resource);
        }
      },
    );

    await t.step(
      "creating it takes one patch of the instance and one apply an object",
      async () => {
        await quiet(2000);
        const made = writes(await requests(began)).filter((w) => !w.includes("/status"));
        const mine = made.filter((w) => w.includes("httpbin") && w.startsWith("patch"))
          .filter((w) => !w.includes("resourcegraphdefinitions"));
        assert.deepEqual(mine.toSorted(), [
          "patch deployments httpbin",
          "patch httpbinapps demo-httpbin",
          "patch serviceaccounts httpbin",
          "patch services httpbin",
        ]);
      },
    );

    await t.step(
      "a Deployment that comes up in many steps costs few writes of the status",
      async () => {
        const made = writes(await requests(began));
        const status = made.filter((w) => w === "update httpbinapps/status demo-httpbin");
        assert.ok(status.length <= 3, made.join("\n"));
      },
    );

    await t.step("nothing is asked for when nothing changes", async () => {
      const since = new Date();
      await quiet(4000);
      assert.deepEqual((await requests(since)).map((r) => `${r.verb} ${r.uri}`), []);
    });

    await t.step("a changed object is put right with one apply", async () => {
      const since = new Date();
      await kubectl([
        "patch",
        "service",
        "httpbin",
        "-n",
        ns,
        "--type=json",
        "-p",
        '[{"op":"replace","path":"/spec/ports/0/targetPort","value":9999}]',
      ]);
      await until("service", "httpbin", ns, (o) => o.spec.ports[0].targetPort === 8080);
      await quiet(1000);
      assert.deepEqual(writes(await requests(since)), ["patch services httpbin"]);
    });

    await t.step("a deleted object is made anew", async () => {
      const before = await read("serviceaccount", "httpbin", ns);
      await kubectl(["delete", "serviceaccount", "httpbin", "-n", ns]);
      await until("serviceaccount", "httpbin", ns, (o) => o.metadata.uid !== before!.metadata.uid);
    });

    await t.step("a restarted controller neither writes nor asks for any object", async () => {
      await running[Symbol.asyncDispose]();
      const since = new Date();
      running = await startController();
      const view = () => running.controller.instances("httpbin")?.find((i) => i.namespace === ns);
      while (!view()?.lastPass) await quiet(50);
      assert.equal(view()!.state, "ACTIVE");
      const asked = await requests(since);
      assert.deepEqual(writes(asked), []);
      assert.deepEqual(asked.filter((r) => r.verb === "get" && r.namespace === ns), []);
    });

    await t.step(
      "deletion goes against the order of creation and ends with the instance",
      async () => {
        const since = new Date();
        await kubectl(["delete", kind, "demo-httpbin", "-n", ns, "--timeout=30s"]);
        await untilGone(kind, "demo-httpbin", ns);
        const asked = await requests(since);
        assert.deepEqual(asked.filter((r) => /^\/apis?(\?|$)/.test(r.uri)), [], "no discovery");
        const deletes = writes(asked).filter((w) => w.startsWith("delete "));
        assert.deepEqual(deletes, [
          "delete services httpbin",
          "delete deployments httpbin",
          "delete serviceaccounts httpbin",
        ]);
        assert.equal(await read("deployment", "httpbin", ns), undefined);
      },
    );

    await t.step("deleting the RGD keeps the CRD and leaves no revision", async () => {
      await kubectl(["delete", "rgd", "httpbin", "--timeout=30s"]);
      await untilGone("graphrevisions", "httpbin-r00001");
      assert.ok(await read("crd", kind));
    });
  } finally {
    await running[Symbol.asyncDispose]();
    await kubectl(["delete", "rgd", "httpbin", "--ignore-not-found", "--wait=false"]);
    await kubectl(["delete", "crd", kind, "--ignore-not-found", "--wait=false"]);
  }
});
