/**
 * Installs and starts the controllers that the benchmark measures: kro's production bundle, and
 * upstream's released controller.
 */
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { permissionFlags } from "../../../src/cli/mod.ts";
import { freePorts } from "../../support/controlplane/api.ts";
import { guarded, tail } from "../../support/controlplane/guard.ts";
import { buildUpstream, type RunningControlPlane } from "../../support/controlplane/mod.ts";
import { pause } from "./user.ts";

/**
 * A controller that the benchmark measures: kro (`ours`), upstream with its default flags (`default`), or
 * upstream with the flags {@link TUNED} (`tuned`).
 */
export type Variant = "ours" | "default" | "tuned";

/** A controller whose program is built and can be started. */
export interface Controller {
  readonly variant: Variant;
  readonly program: string;
  /**
   * Returns the arguments that only this controller receives. They precede the arguments that every
   * controller receives.
   */
  args(kubeconfig: string, options: StartOptions): string[];
}

/** The options with which a controller is started. */
export interface StartOptions {
  /** Additional flags of the controller. */
  readonly flags?: readonly string[];
  /**
   * The port of V8's inspector, for kro only. With the inspector, kro is a fifth slower, because V8
   * reports all network traffic to the inspector.
   */
  readonly inspect?: number;
}

/** A running process of a controller. */
export interface RunningController extends AsyncDisposable {
  readonly pid: number;
  /** The URL of the controller's HTTP endpoint. */
  readonly url: string;
  /**
   * The time from the start of the process until `/readyz` returned status 200, in milliseconds.
   */
  readonly readyMs: number;
  /** Kills the process with SIGKILL, unless it has ended, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * Flags that give upstream as many workers as kro, production logging, and rate limits that the
 * benchmark does not reach.
 */
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

/** Bundles kro, or builds upstream's controller unless the cache contains it. */
export async function install(variant: Variant): Promise<Controller> {
  if (variant !== "ours") {
    const program = await buildUpstream((line) => console.error(line));
    return { variant, program, args: () => variant === "tuned" ? TUNED : [] };
  }
  const path = await bundle();
  const args = (kubeconfig: string, { inspect }: StartOptions) => [
    "run",
    ...permissionFlags("controller", [kubeconfig]),
    ...(inspect ? [`--inspect=127.0.0.1:${inspect}`] : []),
    path,
    "controller",
  ];
  return { variant, program: Deno.execPath(), args };
}

/** Starts a controller as the user `kro`, and waits until it is ready. */
export async function start(
  controller: Controller,
  controlPlane: RunningControlPlane,
  options: StartOptions = {},
): Promise<RunningController> {
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const [port] = freePorts(1);
  const log = `${controlPlane.dir}/${controller.variant}.log`;
  const began = performance.now();
  const process = guarded(controller.program, [
    ...controller.args(kubeconfig, options),
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
    "--rgd-max-collection-dimension-size=1000",
    ...options.flags ?? [],
  ], { log, detached: true });
  let ended = false;
  process.status.then(() => ended = true);
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) break;
    if (ended || performance.now() - began > 120_000) {
      await process.stop();
      throw new Error(`${controller.variant} is not ready; its last lines:\n${await tail(log)}`);
    }
    await pause(0.01);
  }
  return {
    pid: process.pid,
    url,
    readyMs: performance.now() - began,
    async kill() {
      if (!ended) Deno.kill(process.pid, "SIGKILL");
      await process.status;
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) await process.stop();
    },
  };
}
