/**
 * Tests of SIGINT, which Ctrl-C sends, during `kro plan` and `kro apply --plan`. A proxy holds a response of the
 * API server, so that the command is still running when it receives the signal.
 */
import assert from "node:assert/strict";
import { configMap, kroTest, NAME, type Scenario } from "../support/cluster/mod.ts";
import { planText, twoMaps } from "../support/cluster/plan.ts";
import { guarded, tail } from "../support/controlplane/guard.ts";
import { sharedControlPlane } from "../support/controlplane/shared.ts";
import { kubeconfig } from "../support/controlplane/users.ts";
import { eventually } from "../support/wait.ts";
import { type Entry, FaultProxy, holdAnswer, isWrite, type Seen } from "./proxy/mod.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The exit code of a process that SIGINT has ended. */
const INTERRUPTED = 130;

/**
 * Runs a command of kro in a process. Sends SIGINT to the process when the API server has executed the first
 * request for which `isLast` returns true. Checks the exit code, and returns all requests of the process.
 */
async function interrupted(
  args: readonly string[],
  isLast: (request: Seen) => boolean,
): Promise<Entry[]> {
  const { server, ca, token } = await sharedControlPlane();
  const dir = await Deno.makeTempDir();
  const ended = Promise.withResolvers<void>();
  try {
    await using proxy = await FaultProxy.start({ server, ca });
    proxy.script = (request) => isLast(request) ? holdAnswer(ended.promise) : undefined;
    const config = kubeconfig(await proxy.url("kro"), proxy.ca, "kro", token("kro"));
    await Deno.writeTextFile(`${dir}/kubeconfig`, config);
    const log = `${dir}/log`;
    const command = ["run", "-A", MAIN, ...args, "--kubeconfig", `${dir}/kubeconfig`];
    const kro = guarded(Deno.execPath(), command, { log });
    let hasEnded = false;
    kro.status.then(() => hasEnded = true);
    try {
      await eventually("the last request", async () => {
        if (hasEnded) throw new Error(`kro ended early:\n${await tail(log)}`);
        return proxy.record.some((entry) => isLast(entry) && entry.ended !== undefined);
      });
      Deno.kill(kro.pid, "SIGINT");
      assert.equal((await kro.status).code, INTERRUPTED, await tail(log));
    } finally {
      await kro.stop();
      ended.resolve();
    }
    return proxy.record;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Calls `run`, and checks that it neither changes nor creates an object of the test. */
async function unchanged(
  s: Scenario,
  rgd: Parameters<typeof s.cluster.get>[0],
  run: () => Promise<Entry[]>,
) {
  const versions = async () => {
    const objects = [await s.cluster.get(rgd), ...await s.cluster.list("ConfigMap")];
    return objects.map(({ metadata: { name, resourceVersion } }) => [name, resourceVersion]).sort();
  };
  const before = await versions();
  const record = await run();
  assert.deepEqual(await versions(), before);
  const isReal = (entry: Entry) => isWrite(entry) && !entry.path.includes("dryRun=All");
  assert.deepEqual(record.filter(isReal).map(({ method, path }) => `${method} ${path}`), []);
}

kroTest("Ctrl-C during a plan leaves neither an object nor a file behind", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  const dir = await Deno.makeTempDir();
  try {
    const next = twoMaps("blue", [configMap("added", `${NAME}-added`)]);
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(graph.object(next)));
    const out = `${dir}/plan.json`;
    await unchanged(s, graph.rgd, () =>
      interrupted(
        ["plan", "-f", `${dir}/rgd.json`, "--out", out],
        ({ path }) => path.includes("/one-added?") && path.includes("dryRun=All"),
      ));
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

kroTest("Ctrl-C before the first write of a saved plan leaves the cluster unchanged", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  const dir = await Deno.makeTempDir();
  try {
    const plan = `${dir}/plan.json`;
    await planText(s.cluster, [graph.object(twoMaps("blue"))], ["--out", plan]);
    await unchanged(s, graph.rgd, () =>
      interrupted(
        ["apply", "--plan", plan],
        ({ method, path }) => method === "GET" && path.endsWith("/one-second"),
      ));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
