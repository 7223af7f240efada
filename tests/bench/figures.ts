/**
 * `deno task figures`: what kro costs for the example, measured on a control plane of its own. The bundle
 * runs under production's permissions; calls are counted from the audit log, those for the Lease apart.
 */
import { bundle } from "../../deploy/tasks/bundle.ts";
import { permissionFlags } from "../../src/cli/mod.ts";
import { freePorts } from "../support/controlplane/api.ts";
import { guarded } from "../support/controlplane/guard.ts";
import { calls, type ControlPlane, startControlPlane } from "../support/controlplane/mod.ts";

const root = new URL("../..", import.meta.url).pathname;
const rows: [string, string][] = [];
const note = (what: string, figure: string) => {
  rows.push([what, figure]);
  console.error(`${what}: ${figure}`);
};
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Asks every 20 ms until it holds; milliseconds since the call. */
async function until(holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!await holds()) {
    if (performance.now() - began > 60_000) throw new Error("not within a minute");
    await pause(0.02);
  }
  return performance.now() - began;
}

/** kro's calls since the last question, watches among them, as `3 patch, 1 get`. */
class Counter {
  #seen = 0;

  constructor(private readonly controlPlane: ControlPlane) {}

  async next(): Promise<string> {
    // An answer may be here a moment before its line in the log.
    await pause(0.5);
    const all = calls(await this.controlPlane.audit())
      .filter((entry) => entry.user === "kro" && entry.resource !== "leases");
    const fresh = all.slice(this.#seen);
    this.#seen = all.length;
    const verbs = Map.groupBy(fresh, (entry) => entry.verb);
    const parts = [...verbs].map(([verb, entries]) => `${entries.length} ${verb}`);
    return parts.length === 0 ? "0" : `${fresh.length} (${parts.join(", ")})`;
  }
}

async function measure(controlPlane: ControlPlane): Promise<void> {
  const kubectl = async (...args: string[]) => {
    const { code, stdout, stderr } = await controlPlane.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const example = `${root}deploy/examples/httpbin`;
  await kubectl("apply", "--server-side", "-f", `${root}deploy/crds`);
  await kubectl("create", "namespace", "kro");
  const path = await bundle();
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const [port] = freePorts(1) as [number];
  const kro = guarded(Deno.execPath(), [
    "run",
    ...permissionFlags("controller", [kubeconfig]),
    path,
    "controller",
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
  ], { log: `${controlPlane.dir}/kro.log`, detached: true });
  try {
    const url = `http://127.0.0.1:${port}`;
    const ok = async (path: string, holds: (text: string) => boolean) => {
      const response = await fetch(url + path).catch(() => undefined);
      const text = await response?.text() ?? "";
      return response?.status === 200 && holds(text);
    };
    const counter = new Counter(controlPlane);
    const ready = await until(() => ok("/readyz", () => true));
    note("process start to ready", `${ready.toFixed(0)} ms`);
    note("calls at start", await counter.next());
    await pause(5);
    note("RSS idle", await rss(kro.pid));

    await kubectl("apply", "-f", `${example}/rgd.yaml`);
    await until(() => ok("/graphs/httpbin", (text) => JSON.parse(text).state === "Active"));
    note("calls to publish the graph", await counter.next());

    const began = performance.now();
    await kubectl("apply", "-n", "kro", "-f", `${example}/instance.yaml`);
    const applied = performance.now() - began;
    const instance = "/graphs/httpbin/instances/kro/demo-httpbin";
    const active = await until(() => ok(instance, (text) => JSON.parse(text).state === "ACTIVE"));
    note("kubectl apply itself", `${applied.toFixed(0)} ms`);
    note("from its end to ACTIVE", `${active.toFixed(0)} ms`);
    await pause(5);
    note("calls for the instance until quiet", await counter.next());
    await pause(30);
    note("calls in 30 s when nothing changes", await counter.next());

    const patch = '{"spec":{"selector":{"app":"other"}}}';
    await kubectl("patch", "service", "httpbin", "-n", "kro", "--type=merge", "-p", patch);
    await pause(3);
    note("calls for one drifted object", await counter.next());
    await kubectl("delete", "httpbinapps.duffy.xyz/demo-httpbin", "-n", "kro");
    await pause(2);
    note("calls to delete the instance", await counter.next());
    note("RSS at the end", await rss(kro.pid));
  } finally {
    await kro.stop();
  }
}

/** Resident memory of a process, from Linux' /proc. */
async function rss(pid: number): Promise<string> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return `${(kilobytes / 1024).toFixed(0)} MiB`;
}

await using controlPlane = await startControlPlane({ progress: (line) => console.error(line) });
await measure(controlPlane);
const width = Math.max(...rows.map(([what]) => what.length));
console.log(rows.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join("\n"));
