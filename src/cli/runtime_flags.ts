/**
 * The flags of Deno and V8 with which kro runs. These flags are used to compile kro, to build its image, and
 * to run its bundle with the same permissions as in production.
 */
import { SERVICE_ACCOUNT_DIR } from "../kube/mod.ts";

/** The role of a kro process: `controller` for the operator, and `local` for all other commands. */
export type Role = "controller" | "local";

/** The folder for heap snapshots in the image. A volume must be mounted at this folder. */
export const DEBUG_DIR = "/debug";

/**
 * The environment variables that the operator may read. The flag `--ignore-env` makes all other variables
 * appear unset.
 */
const ENVIRONMENT = [
  // The operator sets these two variables before its first TLS connection, so that Deno trusts only the
  // configured root certificates.
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "HOME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "NO_COLOR",
];

/**
 * Returns the flags for `deno run` and `deno compile`.
 *
 * The operator may read only its service account and the given kubeconfig files, and may run no other
 * program. Other commands may read manifests anywhere, and may run exec credential plugins with the
 * environment of the user. The flag `--ignore-env` is needed because the library @kubernetes/client-node
 * reads the whole environment when it is imported.
 *
 * @param kubeconfigs The kubeconfig files that an operator outside of a cluster may read.
 * @param debugDir The only folder to which the operator may write; if absent, the operator may write nowhere.
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
    // Limits each semi-space of V8's young generation to 8 MiB. With V8's default of 16 MiB, the young
    // generation keeps 48 MiB of memory after a burst of allocations.
    "--v8-flags=--max-semi-space-size=8",
  ];
}

/**
 * Returns the role of a command line: `controller` for `kro controller`, and `local` for any other command.
 */
export function roleOf(args: readonly string[]): Role {
  return args.find((arg) => !arg.startsWith("-")) === "controller" ? "controller" : "local";
}

/**
 * Returns the kubeconfig files that a command line uses: the file of `--kubeconfig`, or else the files of the
 * variable KUBECONFIG, or else `~/.kube/config`.
 */
export function kubeconfigPaths(
  args: readonly string[],
  environment: { KUBECONFIG?: string; HOME?: string },
): string[] {
  const given = valueOf("kubeconfig", args);
  if (given !== undefined) return given ? [given] : [];
  if (environment.KUBECONFIG) return environment.KUBECONFIG.split(":").filter(Boolean);
  return environment.HOME ? [`${environment.HOME}/.kube/config`] : [];
}

/**
 * Returns the value of `--debug-dir` in a command line; undefined when the flag is absent or its value is
 * empty.
 */
export function debugDirOf(args: readonly string[]): string | undefined {
  return valueOf("debug-dir", args) || undefined;
}

/**
 * Returns the value of a flag that has one dash or two. Returns an empty string when the flag has no value,
 * and undefined when the flag is absent.
 */
function valueOf(name: string, args: readonly string[]): string | undefined {
  const flag = new RegExp(`^--?${name}(=|$)`);
  const at = args.findIndex((arg) => flag.test(arg));
  if (at < 0) return undefined;
  const equals = args[at]!.indexOf("=");
  return equals < 0 ? args[at + 1] ?? "" : args[at]!.slice(equals + 1);
}
