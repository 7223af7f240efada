// `deno task cluster`: keeps a control plane running until Ctrl-C.
import { startControlPlane } from "./mod.ts";

const progress = (line: string) => console.error(line);
const interrupt = new AbortController();
const interrupted = new Promise<void>((resolve) =>
  interrupt.signal.addEventListener("abort", () => resolve())
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => interrupt.abort(new Error("interrupted")));
}
try {
  await using controlPlane = await startControlPlane({ progress, signal: interrupt.signal });
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
