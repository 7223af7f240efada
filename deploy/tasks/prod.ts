/** `deno task prod ARGS`: runs the bundle with the permissions of production. */
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
// The terminal sends SIGINT to the child as well, so it is not forwarded; without a listener this process
// would end before the child.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (signal === "SIGTERM") child.kill(signal);
  });
}
Deno.exit((await child.status).code);
