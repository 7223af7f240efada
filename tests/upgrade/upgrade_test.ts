/**
 * Upgrades kro on a live cluster from an earlier commit of this repository to the present code, and then
 * downgrades it to the earlier commit. In both steps, kro must not write to any object of an instance.
 */
import assert from "node:assert/strict";
import { mixed, spread } from "../cluster/upstream/takeover_graphs.ts";
import {
  KroProcess,
  KroRequests,
  sharedControlPlane,
  startKro,
  TestCluster,
  TestGraph,
  testNamespace,
  writes,
} from "../support/cluster/mod.ts";

/**
 * The commit from which the test upgrades kro. Users of this commit and of later commits can upgrade without
 * any manual step.
 */
const EARLIER = "334afcbc1c2d8b0cf76d9c2cbf3621538c6b1e2b";

const root = new URL("../..", import.meta.url).pathname;

/** The resource names of the kinds whose objects the test graphs create. */
const CHILDREN = new Set(["configmaps", "secrets", "deployments"]);

/** Writes the files of a commit into a folder. */
async function checkout(commit: string, dir: string): Promise<void> {
  const script = `git archive "$0" main.ts deno.json deno.lock src deploy | tar -x -C "$1"`;
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["-o", "pipefail", "-c", script, commit, dir],
    cwd: root,
  }).output();
  if (success) return;
  const cause = new TextDecoder().decode(stderr).trim();
  throw new Error(
    `cannot read commit ${commit}: ${cause}; fetch the whole history of the repository`,
  );
}

/** Returns the verb and the name of each request of kro that changed an object of an instance. */
async function childWrites(requests: KroRequests): Promise<string[]> {
  await requests.idle(3000);
  return writes((await requests.take()).filter(({ resource }) => CHILDREN.has(resource)));
}

Deno.test("an upgrade and the way back write to no object of an instance", async () => {
  const dir = await Deno.makeTempDir({ prefix: "kro-earlier-" });
  const controlPlane = await sharedControlPlane();
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  await checkout(EARLIER, dir);
  const crds = ["apply", "--server-side", "--force-conflicts", "-f", `${dir}/deploy/crds`];
  const applied = await controlPlane.kubectl(crds);
  assert.equal(applied.code, 0, applied.stderr);
  const earlier = async (): Promise<KroProcess> => {
    const kro = KroProcess.start({ kubeconfig, program: `${dir}/main.ts` });
    await kro.ready();
    return kro;
  };

  await using first = await testNamespace("first");
  await using second = await testNamespace("second");
  await using cluster = await TestCluster.open("upgrade");
  const graphs = [
    await TestGraph.create(cluster, mixed, "mixed-upgrade"),
    await TestGraph.create(cluster, spread(first.name, second.name), "spread-upgrade"),
  ];
  const config = { kind: "ConfigMap", name: "app" };
  const metadata = { name: "outside" };
  await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: "o" } });

  /**
   * Starts kro while instances already exist, and changes one object of an instance. kro must repair this
   * object, which shows that kro is active, and must send no other write.
   */
  const takeOver = async (start: () => Promise<KroProcess>, step: string) => {
    using requests = await KroRequests.open();
    await using _kro = await start();
    assert.deepEqual(await childWrites(requests), [], step);
    await cluster.patch(config, { data: { value: "theirs" } });
    await cluster.until(config, ({ data }) => data.value === "x");
    assert.deepEqual(await childWrites(requests), ["patch configmaps app"], step);
    for (const graph of graphs) await graph.active("app");
  };

  try {
    {
      await using _kro = await earlier();
      for (const graph of graphs) {
        await graph.served();
        await graph.create("app");
      }
      for (const graph of graphs) await graph.active("app");
    }
    await takeOver(() => startKro(), "upgrade");
    await takeOver(earlier, "back");
    await takeOver(() => startKro(), "upgrade again");
  } finally {
    await using _kro = await startKro();
    for (const graph of graphs) await graph.removeAll();
    await Deno.remove(dir, { recursive: true });
  }
});
