/**
 * The task `deno task prod ARGS`: bundles the program and runs the bundle with the same permissions as in
 * production. In addition, `deno task prod controller` may connect to the hosts that its kubeconfig names.
 */
import { load } from "js-yaml";
import {
  BUNDLE_FLAGS,
  CONTROLLER_HOSTS,
  debugDirOf,
  hostsOf,
  kubeconfigPaths,
  permissionFlags,
  roleOf,
  tlsPaths,
} from "../../src/cli/mod.ts";
import { bundle } from "./bundle.ts";

/** Returns the hosts of all clusters in kubeconfig files. Ignores a file that is not valid YAML. */
async function hostsIn(files: readonly string[]): Promise<string[]> {
  const hosts: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(file).catch(() => "");
    try {
      const config = load(text) as
        | { clusters?: { cluster?: Record<string, string> }[] }
        | undefined;
      for (const { cluster = {} } of config?.clusters ?? []) {
        hosts.push(...hostsOf({ server: cluster.server ?? "", proxyUrl: cluster["proxy-url"] }));
      }
    } catch {
      // The file is ignored here, because kro itself reports what is wrong with it.
    }
  }
  return hosts;
}

const out = await bundle();
const { KUBECONFIG, HOME } = Deno.env.toObject();
const files = kubeconfigPaths(Deno.args, { KUBECONFIG, HOME });
const role = roleOf(Deno.args);
const hosts = role === "controller" ? [...CONTROLLER_HOSTS, ...await hostsIn(files)] : [];
const child = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    ...permissionFlags(role, [...files, ...tlsPaths(Deno.args)], debugDirOf(Deno.args), hosts),
    ...BUNDLE_FLAGS,
    out,
    ...Deno.args,
  ],
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
