/**
 * The task `deno task prod ARGS`: bundles the program and runs the bundle with the same permissions as in
 * production.
 */
import { debugDirOf, kubeconfigPaths, permissionFlags, roleOf } from "../../src/cli/mod.ts";
import { bundle } from "./bundle.ts";

const out = await bundle();
const { KUBECONFIG, HOME } = Deno.env.toObject();
const flags = permissionFlags(
  roleOf(Deno.args),
  kubeconfigPaths(Deno.args, { KUBECONFIG, HOME }),
  debugDirOf(Deno.args),
);
const child = new Deno.Command(Deno.execPath(), {
  args: ["run", ...flags, out, ...Deno.args],
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();
// The terminal sends SIGINT to both processes, so only SIGTERM is forwarded to the child process. The
// listener for SIGINT does nothing, but it keeps this process running until the child process ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (signal === "SIGTERM") child.kill(signal);
  });
}
Deno.exit((await child.status).code);
