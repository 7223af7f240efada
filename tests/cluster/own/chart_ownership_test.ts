/**
 * Tests of kro's Helm chart in clusters where the installation needs a decision of the user: kro's CRDs exist
 * already, the namespace is being deleted, or kro lacks its permissions. The test's control plane runs no
 * pods.
 */
import assert from "node:assert/strict";
import { apiOnly, startControlPlane } from "../../support/controlplane/mod.ts";
import type { Live } from "../../support/cluster/cluster.ts";
import { installOwnCrds } from "../../support/cluster/controller.ts";
import { needsGo } from "../../support/cluster/upstream_controller.ts";
import { builtBundle, CRDS } from "../../support/helm/example.ts";
import { chart } from "../../support/helm/mod.ts";
import { ADOPT, FORCE, Pod, Releases, upstreamChart } from "../../support/helm/release.ts";
import { eventually } from "../../support/wait.ts";

const everything = new URL("../../support/helm/values/everything.yaml", import.meta.url).pathname;

/**
 * Deletes kro's CRDs. The list requests before the deletion ensure that the API server has prepared the
 * storage of the CRDs' objects. Without these requests, the deletion could take minutes, because the API
 * server would retry it with a backoff.
 */
async function removeCrds(releases: Releases): Promise<void> {
  await releases.kubectl("get", CRDS.join(","));
  await releases.kubectl("delete", "crd", ...CRDS);
}

Deno.test({
  name: `an installation that needs a decision of the user is refused with one line${needsGo}`,
  ignore: needsGo !== "",
  async fn(t) {
    await using plane = await startControlPlane({ without: apiOnly });
    const releases = new Releases(plane, "kro");
    await releases.kubectl("create", "namespace", "kro");
    const theirs = `${await upstreamChart()}/crds`;

    await t.step("the API server accepts every optional object", async () => {
      const values = ["-f", everything, "--set", "metrics.serviceMonitor.enabled=false"];
      await releases.run("install", "kro", chart, ...values);
      const kinds = "networkpolicy,pdb,flowschema,prioritylevelconfiguration";
      const names = await releases.kubectl("get", kinds, "-n", "kro", "-o", "name");
      assert.equal(names.split("\n").filter((name) => name.endsWith("/kro")).length, 4, names);
      await releases.run("uninstall", "kro");
      await removeCrds(releases);
    });

    for (
      const [tool, create] of [
        ["kubectl apply", () => releases.kubectl("apply", "-f", theirs)],
        [
          "kubectl apply --server-side",
          () => releases.kubectl("apply", "--server-side", "-f", theirs),
        ],
        ["kro apply", () => installOwnCrds(plane.kubeconfig)],
      ] as const
    ) {
      await t.step(`CRDs of ${tool} are taken over by an install with the flags`, async () => {
        await create();
        const { code, stderr } = await releases.try("install", "kro", chart);
        assert.equal(code, 1);
        assert.match(stderr, /was not created by a Helm release: .* add .*--take-ownership/);
        await releases.run("install", "kro", chart, ...ADOPT);
        await releases.run("uninstall", "kro");
        await removeCrds(releases);
      });
    }

    await t.step("a release of upstream's chart that Helm 3 installed is upgraded", async () => {
      /** Installs a release that only observes, beside the release kro, and removes it. */
      const observe = async () => {
        await releases.run("install", "kro-observe", chart, "--set", "config.observe=true");
        const names = await releases.kubectl("get", "deployment", "-n", "kro", "-o", "name");
        assert.equal(names, "deployment.apps/kro\ndeployment.apps/kro-observe\n");
        await releases.run("uninstall", "kro-observe");
        await releases.kubectl("get", "crd", ...CRDS);
      };
      // Installs upstream's chart as Helm 3 does, without server-side apply.
      await releases.run("install", "kro", await upstreamChart(), "--server-side=false");
      await observe();
      await releases.run("upgrade", "kro", chart, ...ADOPT.filter((flag) => flag !== FORCE));
      await observe();
      await releases.run("rollback", "kro", "1");
      await releases.run("upgrade", "kro", chart);
    });

    await t.step("kro reports missing permissions and missing CRDs in one line", async () => {
      const binding = ["clusterrolebinding", "kro-cluster-role-binding"];
      await releases.kubectl("delete", ...binding);
      /** Runs kro until it exits, and returns the last line that kro prints. */
      const lastLine = async () => {
        await using pod = await Pod.start(releases, await builtBundle());
        const { code } = await pod.process.status;
        assert.equal(code, 2, pod.output());
        return pod.output().trim().split("\n").at(-1)!;
      };
      assert.match(
        await lastLine(),
        /^error: .*forbidden.*; give kro's account the permissions of/,
      );
      await releases.run("upgrade", "kro", chart);
      await removeCrds(releases);
      const missing = /^error: kro's CustomResourceDefinitions are missing .*install kro's chart/;
      await eventually("the permissions", async () => missing.test(await lastLine()));
      await releases.run("uninstall", "kro");
    });

    await t.step("a namespace that is being deleted is refused", async () => {
      // The control plane of this test has no controller-manager, so the deletion of the namespace does not
      // end.
      await releases.kubectl("create", "namespace", "ending");
      await releases.kubectl("delete", "namespace", "ending", "--wait=false");
      const { stderr } = await new Releases(plane, "ending").try("install", "kro", chart);
      assert.match(stderr, /namespace ending is being deleted: wait until it no longer exists/);
    });
  },
});

Deno.test({
  name: `an installation by install.yaml becomes a release with the documented flags${needsGo}`,
  ignore: needsGo !== "",
  async fn() {
    await using plane = await startControlPlane({ without: apiOnly });
    const releases = new Releases(plane, "kro-system");
    const manifests = new URL("../../../deploy/install.yaml", import.meta.url).pathname;
    await releases.kubectl("apply", "--server-side", "-f", manifests);
    const uidsOf = async () => {
      const { items } = await releases.get<{ items: Live[] }>("deployment,crd,clusterrole");
      const own = items.filter(({ metadata: { name } }) => name.includes("kro"));
      return own.map(({ kind, metadata: { name, uid } }) => `${kind} ${name} ${uid}`);
    };
    const before = await uidsOf();
    assert.ok(before.some((text) => text.startsWith("ClusterRole kro-edit ")), before.join());

    const flags = ["--set", "rbac.mode=aggregation"];
    const refused = await releases.try("install", "kro", chart, ...flags);
    assert.match(refused.stderr, /was not created by a Helm release: .* add .*--take-ownership/);
    // Helm itself refuses objects other than the CRDs, without a hint to its flag.
    const confirmed = ADOPT.filter((flag) => flag !== "--take-ownership" && flag !== FORCE);
    const own = await releases.try("install", "kro", chart, ...flags, ...confirmed);
    assert.match(own.stderr, /exists and cannot be imported into the current release/);

    await releases.run("install", "kro", chart, ...flags, ...ADOPT);
    assert.deepEqual(await uidsOf(), before, "the release replaces no object");
    await releases.run("upgrade", "kro", chart, ...flags);
  },
});
