/**
 * The flags that kro runs under, by kind of command: its permissions, and what V8 is told. Named here alone, and
 * used when kro is compiled, when the image is built and when the bundle is run under production's rules.
 */

/** The operator in a cluster, or the commands of a user's machine. */
export type Role = "controller" | "local";

/** Where Kubernetes mounts a pod's service account. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Where the image's controller writes heap snapshots, when a volume is mounted there. */
export const DEBUG_DIR = "/debug";

/** Environment variables that kro itself reads. All others are ignored, not refused. */
const ENVIRONMENT = [
  "HOME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "NO_COLOR",
];

/**
 * Flags for `deno run` and `deno compile`.
 *
 * The controller reads its service account and the kubeconfigs that it was given, and starts
 * nothing. Local commands read manifests anywhere and start exec credential plugins, which see the
 * user's environment. `--ignore-env`: @kubernetes/client-node enumerates the environment when it
 * is imported, which without this flag is a refusal.
 *
 * @param kubeconfigs files that a controller outside a cluster may read besides
 * @param debugDir the one folder that a controller may write to; none by default
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
    // MiB. By default V8 keeps a young generation of three times 16 after a burst.
    "--v8-flags=--max-semi-space-size=8",
  ];
}

/** The role of a command line: everything but `kro controller` is a local command. */
export function roleOf(args: readonly string[]): Role {
  return args.find((arg) => !arg.startsWith("-")) === "controller" ? "controller" : "local";
}

/** Kubeconfig files that a command line and its environment name: what the controller may read. */
export function kubeconfigPaths(
  args: readonly string[],
  environment: { KUBECONFIG?: string; HOME?: string },
): string[] {
  const given = valueOf("kubeconfig", args);
  if (given !== undefined) return given ? [given] : [];
  if (environment.KUBECONFIG) return environment.KUBECONFIG.split(":").filter(Boolean);
  return environment.HOME ? [`${environment.HOME}/.kube/config`] : [];
}

/** The folder that a command line names for heap snapshots. */
export function debugDirOf(args: readonly string[]): string | undefined {
  return valueOf("debug-dir", args) || undefined;
}

/** A flag's value, with one dash or two; empty when it lacks one. */
function valueOf(name: string, args: readonly string[]): string | undefined {
  const flag = new RegExp(`^--?${name}(=|$)`);
  const at = args.findIndex((arg) => flag.test(arg));
  if (at < 0) return undefined;
  const equals = args[at]!.indexOf("=");
  return equals < 0 ? args[at + 1] ?? "" : args[at]!.slice(equals + 1);
}
