/** `kro controller` as a process of its own, from source, as user `kro`. */
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import { freePorts } from "../controlplane/api.ts";
import { eventually, sharedControlPlane } from "../controlplane/shared.ts";

/** A running process; leaving the scope kills it. */
export interface ControllerProcess extends AsyncDisposable {
  /** `http://host:port` of its endpoint. */
  url: string;
  /** `http://host:port` of its metrics. */
  metricsUrl: string;
  /** What it wrote to stderr so far. */
  log(): string;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Resolves with the exit code. */
  ended: Promise<number>;
}

/** Starts it and waits until it is ready. */
export async function startProcess(
  flags: readonly string[],
  permissions: readonly string[] = ["-A"],
): Promise<ControllerProcess> {
  const controlPlane = await sharedControlPlane();
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const client = connect(await loadConfig({ kubeconfig }), { userAgent: "test" });
  await installCrds(client);
  client.close();
  const [port, metricsPort] = freePorts(2) as [number, number];
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissions,
      new URL("../../../main.ts", import.meta.url).pathname,
      "controller",
      `--kubeconfig=${kubeconfig}`,
      `--health-probe-bind-address=127.0.0.1:${port}`,
      `--metrics-bind-address=127.0.0.1:${metricsPort}`,
      ...flags,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  let running = true;
  const ended = child.status.then(async ({ code }) => {
    running = false;
    await reading;
    return code;
  });
  const process: ControllerProcess = {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    log: () => log,
    kill: (signal) => child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      if (running) child.kill("SIGKILL");
      await ended;
    },
  };
  try {
    await eventually(`kro ready (log: ${log})`, async () => {
      if (!running) throw new Error(`kro ended early:\n${log}`);
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok;
    });
    return process;
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}
