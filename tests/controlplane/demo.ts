// `deno task demo`: the example from an RGD file to a converged instance, on a control plane of its own.
import { permissionFlags } from "../../src/cli/mod.ts";
import { freePorts } from "./api.ts";
import { guarded } from "./guard.ts";
import { type ControlPlane, type Output, startControlPlane } from "./mod.ts";

const root = new URL("../..", import.meta.url).pathname;
const example = "deploy/examples/httpbin";
const namespace = "kro";
const colour = Deno.stdout.isTerminal() && !Deno.noColor;
const stays = Deno.stdout.isTerminal() && Deno.stdin.isTerminal() && !Deno.args.includes("--exit");

const heading = (text: string) => console.log(colour ? `\n\x1b[1m${text}\x1b[0m` : `\n${text}`);
const progress = (line: string) => console.error(colour ? `\x1b[2m${line}\x1b[0m` : line);

/** Shows in memory what the graph makes: no cluster is needed, so nobody waits for a build to see it. */
async function preview(): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...permissionFlags("local"),
      "main.ts",
      "render",
      "-f",
      example,
      "-n",
      namespace,
    ],
    cwd: root,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  heading(`What ${example} makes, rendered in memory`);
  console.log(new TextDecoder().decode(stdout));
}

/** Starts kro's controller as production does, and waits until it says that it is ready. */
async function startKro(controlPlane: ControlPlane, port: number) {
  const kubeconfig = controlPlane.kubeconfigFor("kro");
  const kro = guarded({
    name: "kro",
    program: Deno.execPath(),
    args: [
      "run",
      ...permissionFlags("controller", [kubeconfig]),
      `${root}main.ts`,
      "controller",
      `--kubeconfig=${kubeconfig}`,
      `--health-probe-bind-address=127.0.0.1:${port}`,
      "--metrics-bind-address=0",
    ],
    log: `${controlPlane.dir}/kro.log`,
  });
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok;
  };
  await waitFor("kro is ready", ready, 60);
  return kro;
}

async function waitFor<T>(what: string, check: () => Promise<T | undefined>, seconds: number) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what}: not after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function must({ code, stdout, stderr }: Output): string {
  if (code !== 0) throw new Error(stderr.trim() || stdout.trim());
  return stdout;
}
