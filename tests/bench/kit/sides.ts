/** Who is measured: ours from the production bundle, and upstream's release, with its own flags and with its best. */
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { freePorts } from "../../support/controlplane/api.ts";
import { guarded, tail } from "../../support/controlplane/guard.ts";
import { buildUpstream, type RunningControlPlane } from "../../support/controlplane/mod.ts";

/** Ours; upstream as it comes; upstream with its best flags. */
export type SideName = "ours" | "default" | "tuned";

/** How to start one of them. */
export interface Side {
  readonly name: SideName;
  readonly program: string;
  /** Arguments before those that all sides get. */
  args(kubeconfig: string): string[];
}

/** A controller that is running. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Milliseconds from the start of the process until it said that it is ready. */
  readonly readyMs: number;
  /** Ends it without a chance to tidy up, and waits for its end. */
  kill(): Promise<void>;
}

/** Many workers, no client limit worth the name, no limit of events, a log as in production. */
const TUNED = [
  "--dynamic-controller-concurrent-reconciles=16",
  "--resource-graph-definition-concurrent-reconciles=16",
  "--graph-revision-concurrent-reconciles=16",
  "--client-qps=2000",
  "--client-burst=4000",
  "--dynamic-controller-rate-limiter-rate-limit=100000",
  "--dynamic-controller-rate-limiter-burst-limit=100000",
  "--zap-devel=false",
];

/** The side of that name; upstream is built when it is not in the cache. */
export async function sideOf(name: SideName): Promise<Side> {
  if (name === "ours") {
    const path = await bundle();
    const args = (kubeconfig: string) => [
      "run",
      ...permissionFlags("controller", [kubeconfig]),
      path,
      "controller",
    ];
    return { name, program: Deno.execPath(), args };
  }
  const program = await buildUpstream((line) => console.error(line));
  return { name, program, args: () => name === "tuned" ? TUNED : [] };
}

/** Starts it as user `kro` and waits until it is ready. */
export async function startSide(side: Side, controlPlane: RunningControlPlane): Promise<Running> {
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const [port] = freePorts(1);
  const log = `${controlPlane.dir}/${side.name}.log`;
  const began = performance.now();
  const process = guarded(side.program, [
    ...side.args(kubeconfig),
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
    "--rgd-max-collection-dimension-size=1000",
  ], { log, detached: true });
  let ended = false;
  process.status.then(() => ended = true);
  const stop = () => process.stop();
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) break;
    if (ended || performance.now() - began > 120_000) {
      await stop();
      throw new Error(`${side.name} is not ready; its last lines:\n${await tail(log)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    pid: process.pid,
    readyMs: performance.now() - began,
    async kill() {
      Deno.kill(process.pid, "SIGKILL");
      await process.status;
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) await stop();
    },
  };
}
