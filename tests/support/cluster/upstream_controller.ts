/** Runs the released controller of upstream kro on the shared control plane. */
import { freePorts } from "../controlplane/api.ts";
import { goVersion } from "../controlplane/build.ts";
import { type Guarded, guarded, tail } from "../controlplane/guard.ts";
import { buildUpstream } from "../controlplane/mod.ts";
import { sharedControlPlane } from "../controlplane/shared.ts";
import { ignoredWithout } from "../missing_tool.ts";
import { eventually } from "../wait.ts";

/**
 * A suffix for the names of tests that need upstream's controller, which is built with Go. The suffix is
 * empty unless Go is missing. See {@link ignoredWithout}.
 */
export const needsGo: string = ignoredWithout(
  "Go, to build upstream",
  await goVersion() !== undefined,
);

/**
 * Starts upstream's controller. Disposing the returned object stops it with SIGTERM, as a rollout
 * does.
 *
 * @param kubeconfig The controller's kubeconfig file; by default, the file of the user `kro` of the shared
 * control plane, who has all permissions.
 */
export async function runUpstream(kubeconfig?: string): Promise<AsyncDisposable> {
  const own = kubeconfig ?? (await sharedControlPlane()).kubeconfigFor("kro");
  const [port] = freePorts(1);
  const dir = await Deno.makeTempDir({ prefix: "kro-upstream-" });
  const log = `${dir}/log`;
  const address = `127.0.0.1:${port}`;
  const controller: Guarded = guarded(await buildUpstream(), [
    "--metrics-bind-address=0",
    `--health-probe-bind-address=${address}`,
    "--instance-requeue-interval=1s",
    "--rgd-progress-requeue-delay=1s",
    "--dynamic-controller-concurrent-reconciles=8",
    "--allow-crd-deletion=true",
  ], { log, env: { KUBECONFIG: own } });
  const stop = async () => {
    await controller.stop();
    await Deno.remove(dir, { recursive: true });
  };
  let ended = false;
  controller.status.then(() => ended = true);
  try {
    await eventually("upstream is ready", async () => {
      if (ended) throw new Error(`upstream ended; its last lines:\n${await tail(log)}`);
      const answer = await fetch(`http://${address}/readyz`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { [Symbol.asyncDispose]: stop };
}
