/**
 * A test of `kro plan` while another client creates and deletes instances. A proxy holds a response of the API
 * server until the instances have changed.
 */
import assert from "node:assert/strict";
import type { PlanReport } from "../../src/explain/mod.ts";
import { kroTest } from "../support/cluster/mod.ts";
import { twoMaps } from "../support/cluster/plan.ts";
import { runCommand } from "../support/command.ts";
import { sharedControlPlane } from "../support/controlplane/shared.ts";
import { kubeconfig } from "../support/controlplane/users.ts";
import { eventually } from "../support/wait.ts";
import { FaultProxy } from "./proxy/mod.ts";

kroTest("a plan shows the instances that it has listed, and is refused afterwards", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  for (const name of ["one", "two"]) await graph.create(name);
  for (const name of ["one", "two"]) await graph.active(name);
  await s.idle();
  const { server, ca, token } = await sharedControlPlane();
  const dir = await Deno.makeTempDir();
  const changed = Promise.withResolvers<void>();
  try {
    await using proxy = await FaultProxy.start({ server, ca });
    const isList = ({ method, path }: { method: string; path: string }) =>
      method === "GET" && path.includes("/configmaps?");
    proxy.script = (request) =>
      isList(request) ? { name: "hold answer", hold: changed.promise } : undefined;
    const config = kubeconfig(await proxy.url("kro"), proxy.ca, "kro", token("kro"));
    await Deno.writeTextFile(`${dir}/kubeconfig`, config);
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(graph.object(twoMaps("blue"))));
    const files = ["-f", `${dir}/rgd.json`, "--out", `${dir}/plan.json`];
    const connection = ["--kubeconfig", `${dir}/kubeconfig`];
    const planning = runCommand(["plan", ...files, ...connection, "-o", "json"]);
    await eventually("the list of ConfigMaps", () => proxy.record.some(isList));
    await s.cluster.remove(graph.instance("two"));
    await graph.create("three");
    await graph.active("three");
    changed.resolve();
    const { code, stdout, stderr } = await planning;
    assert.equal(code, 1, stderr);
    const report: PlanReport = JSON.parse(stdout);
    assert.equal(report.instances.planned, 2);
    const names = report.changes.map(({ instance }) => instance?.name);
    assert.deepEqual([...new Set(names)].sort(), ["one", "two"]);
    const applied = await runCommand(["apply", "--plan", `${dir}/plan.json`, ...connection]);
    assert.equal(applied.code, 2);
    assert.match(applied.stderr, /\/two(-\w+)? was deleted after the plan was made: plan again/);
  } finally {
    changed.resolve();
    await Deno.remove(dir, { recursive: true });
  }
});
