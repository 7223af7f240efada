// The command `deno task cluster`: runs a control plane until the user presses Ctrl-C.
import { parseArgs } from "node:util";
import { apiOnly, startControlPlane } from "./mod.ts";

const usage = `Usage: deno task cluster [--api-only]

  --api-only  without controller-manager, scheduler and kwok, as tests/cluster/upstream has it`;

function parse(args: string[]): { "api-only"?: boolean; help?: boolean } {
  try {
    return parseArgs({
      args,
      options: { "api-only": { type: "boolean" }, help: { type: "boolean", short: "h" } },
    }).values;
  } catch (error) {
    console.error((error as Error).message);
    console.error(usage);
    Deno.exit(2);
  }
}

const asked = parse(Deno.args);
if (asked.help) {
  console.log(usage);
  Deno.exit(0);
}

const progress = (line: string) => console.error(line);
const interrupt = new AbortController();
const interrupted = new Promise<void>((resolve) =>
  interrupt.signal.addEventListener("abort", () => resolve())
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => interrupt.abort(new Error("interrupted")));
}
try {
  await using controlPlane = await startControlPlane({
    progress,
    signal: interrupt.signal,
    ...(asked["api-only"] ? { without: apiOnly } : {}),
  });
  console.log(`A control plane runs at ${controlPlane.server} until Ctrl-C.

  export KUBECONFIG=${controlPlane.kubeconfig}
  ${controlPlane.kubectlPath} get nodes

Other users: ${controlPlane.kubeconfigFor("kro")} (kro's controller)
             ${controlPlane.kubeconfigFor("reader")} (may only read)
Audit log:   ${controlPlane.auditLog}

Cluster tests use this control plane instead of starting one with
  export KRO_TEST_CONTROLPLANE=${controlPlane.dir}`);
  const failure = await Promise.race([interrupted, controlPlane.failure]);
  if (failure) throw failure;
  progress("stopping");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
Deno.exit(0);
