/**
 * Tests of kro's Helm chart on a control plane: a release of upstream's chart is upgraded to this chart and
 * rolled back, and the release is removed. The control plane only simulates pods, so the test itself runs kro
 * as the container of the Deployment would run it.
 */
import assert from "node:assert/strict";
import { runCommand } from "../../support/command.ts";
import { startControlPlane } from "../../support/controlplane/mod.ts";
import { kubectl } from "../../support/controlplane/shared.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";
import {
  ChildWrites,
  Example,
  examples,
  helmTestOf,
  startPod,
} from "../../support/helm/example.ts";
import { chart } from "../../support/helm/mod.ts";
import { ADOPT, freePortValues, Releases, upstreamChart } from "../../support/helm/release.ts";
import { eventually } from "../../support/wait.ts";

Deno.test({
  name:
    `the chart replaces a release of upstream's chart and back, and keeps all objects when removed${needsGo}`,
  ignore: needsGo !== "",
  async fn(t) {
    await using plane = await startControlPlane();
    const releases = new Releases(plane, "kro");
    const example = new Example(releases);
    await releases.kubectl("create", "namespace", "app");
    const upgrade = ["upgrade", "kro", chart, "--wait", ...freePortValues()];
    let before: Record<string, string> = {};

    await t.step("upstream's release serves the example", async () => {
      const upstream = ["install", "kro", await upstreamChart(), "--create-namespace"];
      await releases.run(...upstream, "--set", "image.tag=v0.9.4", "--wait");
      await using _upstream = await runUpstream(await releases.kubeconfigOf("kro"));
      await example.create();
      before = await example.state();
    });

    await t.step("without --take-ownership, the upgrade fails with the flags to add", async () => {
      const { code, stderr } = await releases.try(...upgrade);
      assert.equal(code, 1);
      assert.match(
        stderr.trim(),
        /CustomResourceDefinition resourcegraphdefinitions\.kro\.run exists and was not created by a Helm release: .* add --force-conflicts --take-ownership --set crds\.takeOwnership=true$/,
      );
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
      assert.match(
        await releases.run("history", "kro", "-o", "json"),
        /"revision":1,[^{]*"status":"deployed"/,
      );
    });

    await t.step("upstream's values are refused with the keys to drop", async () => {
      const { stderr } = await releases.try(...upgrade, ...ADOPT, "--reuse-values");
      assert.match(stderr, /remove image\.repository, image\.tag and image\.ko/);
      const image = ["--set", "image.repository=registry.example/kro"];
      const reused = await releases.try(...upgrade, ...image, ...ADOPT, "--reuse-values");
      assert.match(
        reused.stderr,
        /the value \w+ is missing, .*: upgrade with --reset-then-reuse-values/,
      );
    });

    await t.step("with the flags, the upgrade succeeds and writes no child object", async () => {
      const writes = await ChildWrites.open(releases);
      await releases.run(...upgrade, ...ADOPT);
      await using pod = await startPod(releases);
      assert.deepEqual(await writes.take(), []);
      assert.deepEqual(await example.state(), before);
      assert.match(pod.output(), /the JavaScript heap is limited to (7[6-9]|8[0-4])\d MiB/);
      assert.equal(await helmTestOf(releases, pod), "ready\nAPI serves graphs\n");
      await example.scale(3);
      await example.scale(2);
      await releases.run("test", "kro");
      before = await example.state();
    });

    await t.step("a second release is refused while the first one runs", async () => {
      const { code, stderr } = await new Releases(plane, "other")
        .try("install", "second", chart, "--create-namespace", ...ADOPT);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /release kro in namespace kro already runs kro, .* helm uninstall kro -n kro$/m,
      );
    });

    await t.step("a rollback restores upstream's controller, and keeps the CRDs", async () => {
      await releases.run("rollback", "kro", "1", "--wait");
      const { spec } = await releases.get<
        { spec: { template: { spec: { containers: { image: string }[] } } } }
      >(
        ...["deployment", "kro", "-n", "kro"],
      );
      assert.equal(spec.template.spec.containers[0]!.image, "registry.k8s.io/kro/kro:v0.9.4");
      await using _upstream = await runUpstream(await releases.kubeconfigOf("kro"));
      await example.scale(3);
      await example.scale(2);
      const uids = (state: Record<string, string>) =>
        Object.values(state).map((text) => text.split(" ")[0]);
      const now = await example.state();
      assert.deepEqual(uids(now), uids(before));
      before = now;
    });

    await t.step("the next upgrade needs no flags, and writes no child object", async () => {
      const writes = await ChildWrites.open(releases);
      await releases.run(...upgrade);
      await using _pod = await startPod(releases);
      assert.deepEqual(await writes.take(), []);
      assert.deepEqual(await example.state(), before);
    });

    await t.step("in the mode scoped, kro has only the permissions of the example", async () => {
      await releases.run(...upgrade, "--set", "rbac.mode=scoped");
      const generate = ["generate", "rbac", "-f", `${examples}/httpbin/rgd.yaml`, "-n", "kro"];
      const { stdout, stderr } = await runCommand(generate);
      assert.notEqual(stdout, "", stderr);
      await kubectl(["apply", "-f", "-"], { on: plane, stdin: stdout });
      const may = (verb: string, resource: string) =>
        plane.kubectl(["auth", "can-i", verb, resource, "--as=system:serviceaccount:kro:kro"]);
      await eventually(
        "the permissions",
        async () => (await may("patch", "deployments.apps")).code === 0,
      );
      assert.equal((await may("get", "secrets")).code, 1);
      await using _pod = await startPod(releases);
      await example.scale(3);
    });

    await t.step("helm uninstall keeps CRDs, instances and their objects", async () => {
      before = await example.state();
      await releases.run("uninstall", "kro");
      assert.deepEqual(await example.state(), before);
      assert.equal((await plane.kubectl(["get", "deployment,sa", "kro", "-n", "kro"])).code, 1);
    });

    await t.step(
      "another release may take over the CRDs of the removed one only with the flags",
      async () => {
        const other = new Releases(plane, "other");
        const install = ["install", "other", chart, "--create-namespace", "--wait"];
        const { stderr } = await other.try(...install);
        assert.match(
          stderr,
          /belongs to release kro in namespace kro, which no longer runs kro: .* add .*--take-ownership/,
        );
        await other.run(...install, ...ADOPT);
        await other.run("uninstall", "other");
        assert.deepEqual(await example.state(), before);
      },
    );
  },
});
