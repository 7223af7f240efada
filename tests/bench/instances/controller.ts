/** kro as a process of its own, from the bundle: what it uses, and what it asks the API server for. */
import { permissionFlags } from "../../../src/cli/mod.ts";
import { freePorts } from "../../support/controlplane/api.ts";
import { guarded } from "../../support/controlplane/guard.ts";
import type { ControlPlane } from "../../support/controlplane/mod.ts";
import { Inspector } from "./inspector.ts";

/** Milliseconds of processor time of a process so far, in steps of ten. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident bytes of a process. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
}

/** A running controller. */
export interface BenchController extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
  /** Heap and garbage collection of it, when it was started so. */
  readonly inspector?: Inspector;
  /** JSON of its HTTP endpoint. */
  view(path: string): Promise<unknown>;
  /** Requests so far by verb and resource, without those for the Lease. */
  requests(): Promise<Map<string, number>>;
}

/** Starts it and waits until it is ready. An inspector costs a fifth of its time: it is told of all traffic. */
export async function startBundle(
  controlPlane: ControlPlane,
  bundle: string,
  { inspected = false, flags = [] }: { inspected?: boolean; flags?: readonly string[] } = {},
): Promise<BenchController> {
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const [port, inspect] = freePorts(2) as [number, number];
  const kro = guarded(Deno.execPath(), [
    "run",
    ...permissionFlags("controller", [kubeconfig]),
    ...(inspected ? [`--inspect=127.0.0.1:${inspect}`] : []),
    bundle,
    "controller",
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
    ...flags,
  ], { log: `${controlPlane.dir}/kro.log`, detached: true });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0;; i++) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) break;
    if (i === 600) throw new Error("kro is not ready after a minute");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const inspector = inspected ? await Inspector.connect(inspect) : undefined;
  return {
    pid: kro.pid,
    inspector,
    view: async (path) => await (await fetch(url + path)).json(),
    async requests() {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = /^kro_api_requests_total\{verb="([^"]+)",resource="([^"]+)",.*\} (\d+)$/gm;
      const counts = new Map<string, number>();
      for (const [, verb, resource, count] of text.matchAll(line)) {
        if (resource!.startsWith("leases")) continue;
        const key = `${verb} ${resource}`;
        counts.set(key, (counts.get(key) ?? 0) + Number(count));
      }
      return counts;
    },
    async [Symbol.asyncDispose]() {
      inspector?.close();
      await kro.stop();
    },
  };
}
