// `deno task cluster`: keeps a control plane running until Ctrl-C.
import { startControlPlane } from "./mod.ts";

const progress = (line: string) => console.error(line);
const interrupted = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => interrupted.resolve());
}
try {
  await using controlPlane = await startControlPlane({ progress });
  console.log(`A control plane runs at ${controlPlane.server} until Ctrl-C.

  export KUBECONFIG=${controlPlane.kubeconfig}
  ${controlPlane.kubectlPath} get nodes

Other users: ${controlPlane.kubeconfigFor("kro")} (kro's controller)
             ${controlPlane.kubeconfigFor("reader")} (may only read)
Audit log:   ${controlPlane.auditLog}

Cluster tests use this control plane instead of starting one with
  export KRO_TEST_CONTROLPLANE=${controlPlane.dir}`);
  const failure = await Promise.race([interrupted.promise, controlPlane.failure]);
  if (failure) throw failure;
  progress("stopping");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
Deno.exit(0);
