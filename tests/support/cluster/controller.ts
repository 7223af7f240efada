/** Starts a controller in the test's own process, connected to the shared control plane. */
import { Controller, type ControllerOptions, Metrics } from "../../../src/controller/mod.ts";
import { connect, type KubeClient, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { eventually } from "../wait.ts";

/** A running controller. Disposing the object stops the controller. */
export interface RunningController extends AsyncDisposable {
  /** The controller itself. */
  readonly controller: Controller;
  /** The controller's metrics, including the metrics of its API requests. */
  readonly metrics: Metrics;
  /** The controller's Kubernetes client. */
  readonly client: KubeClient;
  /**
   * Returns the number of API requests that the controller has sent, without watches and requests
   * for its Lease.
   */
  sent(): number;
  /** Stops the controller. A second call waits until the first call has stopped the controller. */
  stop(): Promise<void>;
}

/** The options of {@link startController}. */
export interface StartOptions {
  /** The path of the controller's kubeconfig file; by default the file of the user `kro`. */
  kubeconfig?: string;
  /** The user that the controller impersonates; none by default. */
  as?: string;
  /** Whether to wait until the controller is ready; true by default. */
  wait?: boolean;
}

/**
 * Installs kro's CRDs as the administrator, starts a controller, and waits until it is ready.
 *
 * @param options options of the controller, which replace the defaults of the command `kro controller`
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

/** Installs the CRDs of kro that do not exist yet, as the user of the kubeconfig file. */
export async function installOwnCrds(kubeconfig: string): Promise<void> {
  const client = connect(await loadConfig({ kubeconfig }), { userAgent: "test" });
  try {
    await installCrds(client);
  } finally {
    client.close();
  }
}
