/** A controller in the process of the test, on the shared control plane. */
import { Controller, type ControllerOptions, Metrics } from "../../../src/controller/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";

/** A running controller; leaving the scope stops it. */
export interface RunningController extends AsyncDisposable {
  /** The controller. */
  readonly controller: Controller;
  /** Its metrics, including those of its requests. */
  readonly metrics: Metrics;
  /** Its client. */
  readonly client: KubeClient;
  /** Number of requests so far, without watches and requests for its Lease. */
  sent(): number;
  /** Stops it; a second call waits for the first. */
  stop(): Promise<void>;
}

/** The user of a controller, and whether to wait until it is ready. */
export interface StartOptions {
  /** Its kubeconfig file; by default that of user `kro`. */
  kubeconfig?: string;
  /** The user that it impersonates. */
  as?: string;
  /** False returns before the controller is ready. */
  wait?: boolean;
}

/**
 * Installs kro's CRDs as the administrator, starts a controller and waits until it is ready.
 *
 * @param options of the controller, in place of the program's defaults
 * @example
 * ```ts
 * await using kro = await startController({ instanceRequeueMs: 0 });
 * ```
 */
export async function startController(
  options: Partial<ControllerOptions> = {},
  { kubeconfig, as, wait = true }: StartOptions = {},
): Promise<RunningController> {
  const controlPlane = await sharedControlPlane();
  await installOwnCrds(controlPlane.kubeconfig);
  const own = as ? controlPlane.kubeconfig : controlPlane.kubeconfigFor("kro");
  const config = await loadConfig({ kubeconfig: kubeconfig ?? own });
  if (as) config.headers = { "impersonate-user": as };
  const metrics = new Metrics();
  let sent = 0;
  const client = connect(config, {
    userAgent: "kro/devel",
    onRequest: (info) => {
      if (info.verb !== "watch" && !info.resource.startsWith("leases.")) sent++;
      metrics.request(info);
    },
  });
  const controller = new Controller({
    client,
    metrics,
    version: "devel",
    podId: "test",
    ...options,
  });
  controller.start();
  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= controller.stop().finally(() => client.close());
  if (wait) await eventually("controller ready", () => controller.readiness().ready, undefined, 10);
  return { controller, metrics, client, sent: () => sent, stop, [Symbol.asyncDispose]: stop };
}

/** Installs kro's CRDs where they are missing, as the user of that kubeconfig. */
export async function installOwnCrds(kubeconfig: string): Promise<void> {
  const client = connect(await loadConfig({ kubeconfig }), { userAgent: "test" });
  try {
    await installCrds(client);
  } finally {
    client.close();
  }
}
