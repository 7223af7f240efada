/**
 * The Deno permissions of each role of kro. The flags of the executable, of the image and of `deno task
 * prod`, and the tables in `docs/operating.md`, come from this file.
 */
import { SERVICE_ACCOUNT_DIR, SERVICE_NAME } from "../kube/mod.ts";
import { ENDPOINT_PORT, METRICS_PORT } from "../server/mod.ts";

/** The role of a kro process: `controller` for the operator, and `local` for all other commands. */
export type Role = "controller" | "local";

/** The folder for heap snapshots in the image. A volume must be mounted at this folder. */
export const DEBUG_DIR = "/debug";

/** The folder of the endpoint's certificate in the image. The chart mounts a Secret at this folder. */
export const TLS_DIR = "/tls";

/**
 * The environment variables that the operator may read. The flag `--ignore-env` makes all other variables
 * appear unset.
 */
const ENVIRONMENT = [
  // The operator sets this variable and NODE_EXTRA_CA_CERTS before its first TLS connection, so that Deno
  // trusts only the configured certificate authorities, or those of the system.
  "DENO_TLS_CA_STORE",
  // An executable of `deno compile` does not pass this variable to V8, so kro itself applies the heap limit
  // that the variable sets.
  "DENO_V8_FLAGS",
  "NODE_EXTRA_CA_CERTS",
  "HOME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "NO_COLOR",
];

/**
 * The hosts of the controller's `--allow-net`: every IPv4 address, and the host names that the controller may
 * need. The list is used because kro later narrows it to the hosts that it needs, and Deno cannot narrow
 * `--allow-net` without hosts. Other host names and IPv6 addresses are missing, because Deno has no notation
 * for all of them.
 */
export const CONTROLLER_HOSTS: readonly string[] = [
  "0.0.0.0/0",
  "[::]",
  "[::1]",
  "localhost",
  SERVICE_NAME,
];

/**
 * The default addresses of the endpoint, in the form of `--allow-net`. An executable that is compiled for a
 * single API server can listen only on these addresses, because its permissions are fixed.
 */
export const ENDPOINT_HOSTS: readonly string[] = [ENDPOINT_PORT, METRICS_PORT].map((port) =>
  `0.0.0.0:${port}`
);

/** A kind of Deno permission, as the flags `--allow-KIND` name it. */
export type Permission = "net" | "read" | "write" | "run" | "env" | "sys" | "ffi" | "import";

/** The grant of one permission to one role. */
export interface Grant {
  /** The value of the flag `--allow-KIND`. An empty list means that the flag is absent. */
  flag: "all" | readonly string[];
  /**
   * A phrase for the documentation. It states which part of the permission remains after the command has read
   * its flags and its kubeconfig. Absent when the whole permission remains.
   */
  then?: string;
}

/** The permissions of each role. A test starts kro with these permissions and tries each operation. */
export const PERMISSIONS: Readonly<Record<Role, Readonly<Record<Permission, Grant>>>> = {
  controller: {
    net: {
      flag: CONTROLLER_HOSTS,
      then: "the API server, its proxy, the addresses of the endpoint",
    },
    read: { flag: [SERVICE_ACCOUNT_DIR, TLS_DIR] },
    write: { flag: [DEBUG_DIR], then: "the folder of `--debug-dir`" },
    run: { flag: [] },
    env: { flag: ENVIRONMENT },
    // kro limits its heap to a part of systemMemoryInfo, the memory limit of the container.
    sys: { flag: ["hostname", "systemMemoryInfo"] },
    ffi: { flag: [] },
    import: { flag: [] },
  },
  local: {
    net: {
      flag: "all",
      then: "all; none for a command without a cluster and without a controller",
    },
    read: { flag: "all" },
    // Deno can narrow --allow-write=/ to single files later, but not --allow-write without a path.
    write: { flag: ["/"], then: "the file of `--out`; the folders of `kro test --update`" },
    run: {
      flag: "all",
      then: "none, for `kro dashboard` after it has opened a browser; " +
        "all if the kubeconfig names a credential plugin",
    },
    env: { flag: "all" },
    sys: { flag: ["hostname"] },
    ffi: { flag: [] },
    import: { flag: [] },
  },
};

/**
 * Returns the flags for `deno run` and `deno compile` that give a process the permissions of its role.
 *
 * With the flag `--ignore-env`, a library that reads another environment variable finds it unset. Without the
 * flag, Deno refuses the read, and the library throws.
 *
 * @param files The files that an operator outside of a cluster may read: kubeconfigs and its certificate.
 * @param debugDir The only folder to which the operator may write; if absent, the operator may write nowhere.
 * @param hosts The hosts that the operator may reach, instead of {@link CONTROLLER_HOSTS}.
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
  files: readonly string[] = [],
  debugDir?: string,
  hosts: readonly string[] = CONTROLLER_HOSTS,
): string[] {
  const flags = ["--no-prompt"];
  const places = {
    net: hosts,
    read: [SERVICE_ACCOUNT_DIR, TLS_DIR, ...files],
    write: debugDir ?? [],
  };
  for (const [kind, { flag }] of Object.entries(PERMISSIONS[role])) {
    const values = role === "controller" && kind in places
      ? places[kind as keyof typeof places]
      : flag;
    if (values === "all") flags.push(`--allow-${kind}`);
    else if (values.length > 0) flags.push(`--allow-${kind}=${[values].flat().join(",")}`);
    // Even with --deny-import, Deno permits importing modules from some hosts, such as deno.land.
    else if (kind === "import") flags.push("--no-remote");
  }
  if (role === "local") return flags;
  return [
    ...flags,
    "--ignore-env",
    // Limits each semi-space of V8's young generation to 8 MiB. With V8's default of 16 MiB, the young
    // generation keeps 48 MiB of memory after a burst of allocations.
    "--v8-flags=--max-semi-space-size=8",
  ];
}

/**
 * The flags with which Deno runs the bundle, in addition to {@link permissionFlags}. The bundle contains all
 * of its code. Therefore it needs no `deno.json`, and it must not install npm packages while it runs.
 */
export const BUNDLE_FLAGS: readonly string[] = ["--no-config", "--no-npm"];

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

/** Returns the files of `--tls-cert-file` and `--tls-key-file` in a command line. */
export function tlsPaths(args: readonly string[]): string[] {
  return ["tls-cert-file", "tls-key-file"].flatMap((name) => valueOf(name, args) || []);
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
