// `deno task demo`: the example from an RGD file to a converged instance, on a control plane of its own.
import { permissionFlags } from "../../../src/cli/mod.ts";
import { freePorts } from "./api.ts";
import { guarded } from "./guard.ts";
import { type ControlPlane, type Output, startControlPlane } from "./mod.ts";

const root = new URL("../../..", import.meta.url).pathname;
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
  const args = [
    "run",
    ...permissionFlags("controller", [kubeconfig]),
    `${root}main.ts`,
    "controller",
    `--kubeconfig=${kubeconfig}`,
    `--health-probe-bind-address=127.0.0.1:${port}`,
    "--metrics-bind-address=0",
  ];
  const kro = guarded(Deno.execPath(), args, {
    log: `${controlPlane.dir}/kro.log`,
    detached: true,
  });
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok;
  };
  const ended = kro.status.then(async () => {
    const log = await Deno.readTextFile(`${controlPlane.dir}/kro.log`);
    throw new Error(`kro ended early:\n${log.split("\n").slice(-20).join("\n")}`);
  });
  ended.catch(() => {});
  await Promise.race([waitFor("kro is ready", ready, 60), ended]);
  return { kro, ended };
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

/** Applies the example and waits until its status says what the Deployment made of it. */
async function runExample({ kubectl }: ControlPlane): Promise<void> {
  must(await kubectl(["create", "namespace", namespace]));
  must(await kubectl(["apply", "-f", `${root}${example}/rgd.yaml`]));
  const rgd = ["wait", "rgd/httpbin", "--for=condition=Ready", "--timeout=60s"];
  must(await kubectl(rgd));
  progress("the graph httpbin is Active: the kind HttpbinApp is served");

  const began = performance.now();
  must(await kubectl(["apply", "-n", namespace, "-f", `${root}${example}/instance.yaml`]));
  let said = "";
  await waitFor("the instance is ACTIVE with 2 replicas available", async () => {
    const get = ["get", "httpbinapps", "demo-httpbin", "-n", namespace, "-o", "json"];
    const { status = {} } = JSON.parse(must(await kubectl(get)));
    const line = `demo-httpbin: ${status.state ?? "waiting"}, ` +
      `${status.availableReplicas ?? 0} replicas available`;
    if (line !== said) progress(line);
    said = line;
    return status.state === "ACTIVE" && status.availableReplicas === 2 ? status : undefined;
  }, 120);
  progress(`all there ${((performance.now() - began) / 1000).toFixed(1)} s after kubectl apply`);
}

/** Shows the result as kubectl shows it. */
async function summary({ kubectl, kubeconfig, kubectlPath }: ControlPlane, url: string) {
  const show = async (text: string, ...args: string[]) => {
    heading(`${text}: kubectl ${args.join(" ")}`);
    console.log(must(await kubectl(args)).trimEnd());
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
  heading("To explore");
  console.log(`  curl ${url}/graphs
  curl ${url}/graphs/httpbin/instances/${namespace}/demo-httpbin
  export KUBECONFIG=${kubeconfig}
  ${kubectlPath} get httpbinapps -A`);
}

async function demo(signal: AbortSignal): Promise<void> {
  const starting = startControlPlane({ progress, signal });
  starting.catch(() => {});
  await preview();
  await using controlPlane = await starting;
  must(await controlPlane.kubectl(["apply", "--server-side", "-f", `${root}deploy/crds`]));
  const [port] = freePorts(1) as [number];
  const { kro, ended } = await startKro(controlPlane, port);
  try {
    progress("kro's controller is ready");
    await runExample(controlPlane);
    await summary(controlPlane, `http://127.0.0.1:${port}`);
    if (!stays) return;
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
