/**
 * Gives up the Deno permissions that a command does not need. Afterwards, no code in the process can use
 * these permissions, nor get them back.
 */
import type { ClusterConfig } from "../kube/mod.ts";
import { CONTROLLER_HOSTS } from "./runtime_flags.ts";

/** The permissions that a command keeps. A permission whose field is absent does not change. */
export interface Kept {
  /** The hosts that the command may still reach, as `host:port`. */
  hosts?: readonly string[];
  /** The files and folders to which the command may still write. */
  writes?: readonly string[];
  /** Whether the command may still run programs, such as a credential plugin. */
  run?: boolean;
}

let isEnabled = false;

/**
 * Makes {@link confine} take effect in this process. Only the entry point of the program calls this function.
 * Tests run commands in their own process, which must keep its permissions.
 */
export function enableConfinement(): void {
  isEnabled = true;
}

/**
 * Gives up the permission to load native libraries. If `hosts` or `writes` is set, also gives up all other
 * hosts or paths; if `run` is false, also gives up running programs. Does nothing before
 * {@link enableConfinement} is called.
 *
 * Deno can narrow `--allow-net=a,b` to `a`. Deno cannot narrow `--allow-net` without a list; it can only
 * remove the whole permission. If kro runs with such a flag, and `hosts` or `writes` has an entry, the whole
 * permission remains.
 */
export function confine({ hosts, writes, run }: Kept): void {
  if (!isEnabled) return;
  const { permissions } = Deno;
  permissions.revokeSync({ name: "ffi" });
  if (run === false) permissions.revokeSync({ name: "run" });
  if (writes) {
    keepOnly("write", writes.map((path) => ({ name: "write", path })), [{
      name: "write",
      path: "/",
    }]);
  }
  if (hosts) {
    const broad = [...CONTROLLER_HOSTS.filter((host) => !host.includes("/")), IN_EVERY_SUBNET];
    keepOnly("net", hosts.map(netOf), broad.map(netOf));
  }
}

/**
 * An address that no entry permits except `0.0.0.0/0`. Deno revokes a host by removing the entries that
 * permit it, so revoking this address removes `0.0.0.0/0`.
 */
const IN_EVERY_SUBNET = "0.0.0.1";

const netOf = (host: string): Deno.NetPermissionDescriptor => ({ name: "net", host });

/**
 * Narrows a Deno permission, which is a list of hosts or paths, to the entries `kept`. First requests each of
 * these entries; Deno adds them to the list, because a broader entry of the list permits them. Then removes
 * the broader entries, which are the entries that permit one of `broad`.
 */
function keepOnly(
  name: "net" | "write",
  kept: readonly Deno.PermissionDescriptor[],
  broad: readonly Deno.PermissionDescriptor[],
): void {
  const { permissions } = Deno;
  if (kept.length === 0) return void permissions.revokeSync({ name });
  for (const each of kept) {
    // A host or path that is not permitted is skipped, because requesting it could make Deno ask the user in
    // the terminal.
    if (permissions.querySync(each).state === "granted") permissions.requestSync(each);
  }
  for (const each of broad) permissions.revokeSync(each);
}

/** The default port of each URL scheme. */
const PORTS: Record<string, string> = { "http:": "80", "https:": "443", "socks5:": "1080" };

/**
 * Returns `host:port` of the API server, and of the proxy if the kubeconfig names one. Leaves out a URL without
 * a host, such as `localhost:80`, which has the scheme `localhost`.
 */
export function hostsOf(
  { server, proxyUrl }: Pick<ClusterConfig, "server" | "proxyUrl">,
): string[] {
  return [server, ...(proxyUrl ? [proxyUrl] : [])].flatMap((url) => {
    const { hostname, port, protocol } = URL.parse(url) ?? {};
    return hostname ? [`${hostname}:${port || PORTS[protocol ?? ""] || "443"}`] : [];
  });
}
