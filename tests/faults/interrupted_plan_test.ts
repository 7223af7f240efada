/**
 * Tests of SIGINT, which Ctrl-C sends, and of SIGTERM during `kro plan` and `kro apply --plan`. A proxy holds a
 * response of the API server, so that the command is still running when it receives the signal.
 */
import assert from "node:assert/strict";
import { configMap, kroTest, NAME, type Scenario, type TestGraph } from "../support/cluster/mod.ts";
import { planText, twoMaps } from "../support/cluster/plan.ts";
import { runCommand } from "../support/command.ts";
import { guarded, tail } from "../support/controlplane/guard.ts";
import { sharedControlPlane } from "../support/controlplane/shared.ts";
import { kubeconfig } from "../support/controlplane/users.ts";
import { eventually } from "../support/wait.ts";
import { type Entry, FaultProxy, holdAnswer, isWrite, type Seen } from "./proxy/mod.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The exit code of a command of kro that the signal has ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof EXIT_CODES;

const SIGNALS = Object.keys(EXIT_CODES) as Signal[];

/** What a command of kro did until a signal ended it. */
interface Interrupted {
  /** All requests of the command. */
  record: Entry[];
  /** The output of the command. */
  text: string;
}

/**
 * Runs a command of kro in a process. Sends the signal to the process when the API server has executed the
 * first request for which `isLast` returns true. Checks the exit code, and that no request concerns a Lease
 * except reads.
 */
async function interrupted(
  signal: Signal,
  args: readonly string[],
  isLast: (request: Seen) => boolean,
): Promise<Interrupted> {
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
      Deno.kill(kro.pid, signal);
      assert.equal((await kro.status).code, EXIT_CODES[signal], await tail(log));
    } finally {
      await kro.stop();
      ended.resolve();
    }
    const { record } = proxy;
    const leases = record.filter((entry) => isWrite(entry) && entry.path.includes("/leases"));
    assert.deepEqual(leases, []);
    return { record, text: await Deno.readTextFile(log) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Calls `run`, and checks that it neither changes nor creates an object of the test. Returns its output. */
async function unchanged(
  s: Scenario,
  rgd: Parameters<typeof s.cluster.get>[0],
  run: () => Promise<Interrupted>,
): Promise<string> {
  const versions = async () => {
    const objects = [await s.cluster.get(rgd), ...await s.cluster.list("ConfigMap")];
    return objects.map(({ metadata: { name, resourceVersion } }) => [name, resourceVersion]).sort();
  };
  const before = await versions();
  const { record, text } = await run();
  assert.deepEqual(await versions(), before);
  const isReal = (entry: Entry) => isWrite(entry) && !entry.path.includes("dryRun=All");
  assert.deepEqual(record.filter(isReal).map(({ method, path }) => `${method} ${path}`), []);
  return text;
}

/** Calls `use` with a temporary folder, and a graph that has one instance in state ACTIVE. */
async function withGraph(
  s: Scenario,
  use: (graph: TestGraph, dir: string) => Promise<void>,
): Promise<void> {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  const dir = await Deno.makeTempDir();
  try {
    await use(graph, dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const signal of SIGNALS) {
  kroTest(`${signal} during a plan leaves neither an object nor a file behind`, async (s) => {
    await withGraph(s, async (graph, dir) => {
      const next = twoMaps("blue", [configMap("added", `${NAME}-added`)]);
      await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(graph.object(next)));
      const out = `${dir}/plan.json`;
      const text = await unchanged(s, graph.rgd, () =>
        interrupted(
          signal,
          ["plan", "-f", `${dir}/rgd.json`, "--out", out],
          ({ path }) => path.includes("/one-added?") && path.includes("dryRun=All"),
        ));
      const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
      assert.deepEqual(names, ["rgd.json"]);
      const line = `interrupted by ${signal}: the plan is incomplete, and nothing was changed`;
      assert.ok(text.includes(line), text);
    });
  });

  kroTest(`${signal} before the first write of a saved plan changes nothing`, async (s) => {
    await withGraph(s, async (graph, dir) => {
      const plan = `${dir}/plan.json`;
      await planText(s.cluster, [graph.object(twoMaps("blue"))], ["--out", plan]);
      const text = await unchanged(s, graph.rgd, () =>
        interrupted(
          signal,
          ["apply", "--plan", plan],
          ({ method, path }) => method === "GET" && path.endsWith("/one-second"),
        ));
      const line = `interrupted by ${signal} before the first write: nothing was applied`;
      assert.ok(text.includes(line), text);
    });
  });

  kroTest(`${signal} after the first write of a saved plan tells what was applied`, async (s) => {
    await withGraph(s, async (graph, dir) => {
      const plan = `${dir}/plan.json`;
      const objects = [
        graph.object(twoMaps("blue")),
        ...["two", "three"].map((name) => ({
          apiVersion: graph.apiVersion,
          kind: "Planned",
          metadata: { name },
          spec: {},
        })),
      ];
      await planText(s.cluster, objects, ["--out", plan]);
      const { text } = await interrupted(
        signal,
        ["apply", "--plan", plan, "--force-local"],
        ({ method, path }) => method === "PATCH" && path.includes("/two?"),
      );
      const line = `interrupted by ${signal}: 1 of 3 objects were applied; ` +
        `applied: ResourceGraphDefinition ${graph.rgd.name}; not applied: Planned three; ` +
        "perhaps applied: Planned two; the plan is now out of date: to continue, " +
        "make a new plan of the same files with kro plan --out";
      assert.ok(text.includes(line), text);
      assert.equal(await s.cluster.find(graph.instance("three")), undefined);
      // The advice of the message works: a new plan continues where the interrupted command has ended.
      await graph.active("two");
      await s.idle();
      await planText(s.cluster, objects, ["--out", plan]);
      const { kubeconfigFor } = await sharedControlPlane();
      const connection = ["--kubeconfig", kubeconfigFor("kro"), "--force-local"];
      const { code, stderr } = await runCommand(["apply", "--plan", plan, ...connection]);
      assert.equal(code, 0, stderr);
      await graph.active("three");
    });
  });
}
