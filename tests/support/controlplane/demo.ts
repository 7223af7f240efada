/**
 * The command `deno task demo`: shows the path from an RGD file to a converged instance, on a
 * control plane of its own.
 */
import { permissionFlags } from "../../../src/cli/mod.ts";
import { KroProcess } from "../cluster/kro_process.ts";
import { eventually, LIMIT_SECONDS } from "../wait.ts";
import { type ControlPlane, startControlPlane } from "./mod.ts";
import { kubectl } from "./shared.ts";

type Kubectl = (args: string[]) => Promise<string>;

const root = new URL("../../..", import.meta.url).pathname;
const example = "deploy/examples/httpbin";
const namespace = "kro";
const color = Deno.stdout.isTerminal() && !Deno.noColor;
const stays = Deno.stdout.isTerminal() && Deno.stdin.isTerminal() && !Deno.args.includes("--exit");

const heading = (text: string) => console.log(color ? `\n\x1b[1m${text}\x1b[0m` : `\n${text}`);
const progress = (line: string) => console.error(color ? `\x1b[2m${line}\x1b[0m` : line);

/** Renders the example httpbin with `kro render`, which needs no cluster, while the control plane starts. */
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
  heading(`Objects of ${example}, rendered in memory`);
  console.log(new TextDecoder().decode(stdout));
}

/**
 * Starts kro's controller with the permissions that it has in production, and waits until it is
 * ready.
 */
async function startKro({ dir, kubeconfigFor }: ControlPlane): Promise<KroProcess> {
  const kubeconfig = kubeconfigFor("kro");
  const kro = KroProcess.start({
    kubeconfig,
    permissions: permissionFlags("controller", [kubeconfig]),
    flags: ["--metrics-bind-address=0"],
    log: `${dir}/kro.log`,
    detached: true,
  });
  await kro.ready();
  return kro;
}

/**
 * Applies the RGD and the instance of the example httpbin, and waits until the instance's status shows the
 * available replicas of its Deployment.
 */
async function runExample(run: Kubectl): Promise<void> {
  await run(["create", "namespace", namespace]);
  await run(["apply", "-f", `${root}${example}/rgd.yaml`]);
  await run(["wait", "rgd/httpbin", "--for=condition=Ready", `--timeout=${LIMIT_SECONDS}s`]);
  progress("the graph httpbin is Active: the kind HttpbinApp is served");

  const began = performance.now();
  await run(["apply", "-n", namespace, "-f", `${root}${example}/instance.yaml`]);
  let said = "";
  await eventually("the instance is ACTIVE with 2 replicas available", async () => {
    const get = ["get", "httpbinapps", "demo-httpbin", "-n", namespace, "-o", "json"];
    const { status = {} } = JSON.parse(await run(get));
    const line = `demo-httpbin: ${status.state ?? "waiting"}, ` +
      `${status.availableReplicas ?? 0} replicas available`;
    if (line !== said) progress(line);
    said = line;
    return status.state === "ACTIVE" && status.availableReplicas === 2;
  });
  progress(`all there ${((performance.now() - began) / 1000).toFixed(1)} s after kubectl apply`);
}

/** Prints the objects that kro has created, with the kubectl commands that show them. */
async function summary(run: Kubectl, { kubeconfig, kubectlPath }: ControlPlane, url: string) {
  const show = async (text: string, ...args: string[]) => {
    heading(`${text}: kubectl ${args.join(" ")}`);
    console.log((await run(args)).trimEnd());
  };
  await show("The new kind", "api-resources", "--api-group=duffy.xyz");
  await show("The instance", "describe", "httpbinapps", "demo-httpbin", "-n", namespace);
  await show(
    "Its objects, with their labels",
    "get",
    "serviceaccounts,services,deployments",
    "-n",
    namespace,
    "-l",
    "kro.run/instance-name=demo-httpbin",
    "--show-labels",
  );
  const selector = "jsonpath={.spec.selector}";
  await show(
    "The Service's selector, taken from the Deployment",
    "get",
    "service",
    "httpbin",
    "-n",
    namespace,
    "-o",
    selector,
  );
  if (!stays) return;
  heading("To explore");
  console.log(
    `  # The API answers this host only; --http-auth opens it to tokens that may get /graphs.
  curl ${url}/graphs
  curl ${url}/graphs/httpbin/instances/${namespace}/demo-httpbin
  export KUBECONFIG=${kubeconfig}
  ${kubectlPath} get httpbinapps -A`,
  );
}

async function demo(signal: AbortSignal): Promise<void> {
  const starting = startControlPlane({ progress, signal });
  starting.catch(() => {});
  await preview();
  await using controlPlane = await starting;
  const run: Kubectl = (args) => kubectl(args, { on: controlPlane });
  await run(["apply", "--server-side", "-f", `${root}deploy/crds`]);
  const kro = await startKro(controlPlane);
  const ended = kro.ended.then(() => new Error(`kro ended:\n${kro.log().slice(-2000)}`));
  try {
    progress("kro's controller is ready");
    await runExample(run);
    await summary(run, controlPlane, kro.url);
    if (!stays) {
      return progress("the demo ends; in a terminal without --exit, it runs until Ctrl-C");
    }
    console.log("\nThe cluster and kro run until Ctrl-C.");
    const interrupted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
    });
    const failure = await Promise.race([interrupted, controlPlane.failure, ended]);
    if (failure) throw failure;
    progress("stopping");
  } finally {
    await kro.stop();
  }
}

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(name, () => interrupt.abort(new Error("interrupted")));
}
try {
  await demo(interrupt.signal);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(interrupt.signal.aborted ? 130 : 1);
}
Deno.exit(0);
