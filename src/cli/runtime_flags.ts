/**
 * The flags of Deno and V8 that kro runs with, by role: to compile it, to build its image, and to run its
 * bundle with the permissions of production.
 */
import { SERVICE_ACCOUNT_DIR } from "../kube/mod.ts";

/** The role of a process: `controller` is the operator, `local` all other commands. */
export type Role = "controller" | "local";

/** Folder for heap snapshots in the image. It needs a mounted volume. */
export const DEBUG_DIR = "/debug";

/** Environment variables that the controller reads. Other variables appear unset (`--ignore-env`). */
const ENVIRONMENT = [
  // Set before the first connection, so that no root but the configured one counts.
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "HOME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "NO_COLOR",
];

/**
 * Returns flags for `deno run` and `deno compile`.
 *
 * The controller reads its service account and the given kubeconfigs, and runs no other program. Local
 * commands read manifests anywhere and run exec credential plugins, which get the user's environment.
 * `--ignore-env` is needed because @kubernetes/client-node enumerates the environment at import.
 *
 * @param kubeconfigs files that a controller outside a cluster may read
 * @param debugDir the only folder that a controller may write to; it may not write when absent
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { permissionFlags, roleOf } from "./mod.ts";
 *
 * const flags = permissionFlags(roleOf(["controller"]), ["/home/a/.kube/config"]);
 * assert.ok(flags.some((flag) => /^--allow-read=.*,\/home\/a\/\.kube\/config$/.test(flag)));
 * ```
 */
export function permissionFlags(
  role: Role,
  kubeconfigs: readonly string[] = [],
  debugDir?: string,
): string[] {
  const common = ["--no-prompt", "--allow-net", "--allow-sys=hostname"];
  if (role === "local") return [...common, "--allow-read", "--allow-env", "--allow-run"];
  return [
    ...common,
    `--allow-read=${[SERVICE_ACCOUNT_DIR, ...kubeconfigs].join(",")}`,
    ...(debugDir ? [`--allow-write=${debugDir}`] : []),
    `--allow-env=${ENVIRONMENT.join(",")}`,
    "--ignore-env",
    // In MiB. With V8's default of 16 the young generation keeps 48 MiB after a burst.
    "--v8-flags=--max-semi-space-size=8",
  ];
}

/** Returns the role of a command line: `controller` for `kro controller`, else `local`. */
export function roleOf(args: readonly string[]): Role {
  return args.find((arg) => !arg.startsWith("-")) === "controller" ? "controller" : "local";
}

/** Returns the kubeconfig files of a command line: `--kubeconfig`, else $KUBECONFIG, else ~/.kube/config. */
export function kubeconfigPaths(
  args: readonly string[],
  environment: { KUBECONFIG?: string; HOME?: string },
): string[] {
  const given = valueOf("kubeconfig", args);
  if (given !== undefined) return given ? [given] : [];
  if (environment.KUBECONFIG) return environment.KUBECONFIG.split(":").filter(Boolean);
  return environment.HOME ? [`${environment.HOME}/.kube/config`] : [];
}

/** Returns the value of `--debug-dir` in a command line; undefined when it is absent or empty. */
export function debugDirOf(args: readonly string[]): string | undefined {
  return valueOf("debug-dir", args) || undefined;
}

/** Returns the value of a flag with one dash or two: empty without a value, undefined without the flag. */
function valueOf(name: string, args: readonly string[]): string | undefined {
  const flag = new RegExp(`^--?${name}(=|$)`);
  const at = args.findIndex((arg) => flag.test(arg));
  if (at < 0) return undefined;
  const equals = args[at]!.indexOf("=");
  return equals < 0 ? args[at + 1] ?? "" : args[at]!.slice(equals + 1);
}
