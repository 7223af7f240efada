/**
 * Gives up the Deno permissions that a command does not need. Afterwards, no code in the process can use these
 * permissions, nor get them back.
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
 * Gives up the permission to load native libraries. Also gives up the permissions to use the network, to
 * write files and to run programs, as far as `kept` does not contain them. Does nothing before
 * {@link enableConfinement} is called.
 *
 * Deno removes the entries of a list of hosts or paths one by one, but removes a flag without a list, such as
 * `--allow-net`, only as a whole. If kro runs with such a flag and `kept` names a host or a path, the
 * permission therefore remains as it is.
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
 * A host that only an entry for all IPv4 addresses permits. Revoking the permission for this host therefore
 * removes that entry.
 */
const IN_EVERY_SUBNET = "0.0.0.1";

const netOf = (host: string): Deno.NetPermissionDescriptor => ({ name: "net", host });

/**
 * Narrows a Deno permission, which is a list of hosts or paths: adds an entry for each of `kept`, and then
 * removes every entry that permits one of `broad`. Deno adds an entry when a program requests a permission
 * that a broader entry already grants.
 */
function keepOnly(
  name: "net" | "write",
  kept: readonly Deno.PermissionDescriptor[],
  broad: readonly Deno.PermissionDescriptor[],
): void {
  const { permissions } = Deno;
  if (kept.length === 0) return void permissions.revokeSync({ name });
  for (const each of kept) {
    // If a permission is not granted, requesting the permission could make Deno ask the user in the terminal.
    if (permissions.querySync(each).state === "granted") permissions.requestSync(each);
  }
  for (const each of broad) permissions.revokeSync(each);
}

/** The default port of each URL scheme. */
const PORTS: Record<string, string> = { "http:": "80", "https:": "443", "socks5:": "1080" };

/** Returns `host:port` of the API server, and of the proxy if the kubeconfig names one. */
export function hostsOf(
  { server, proxyUrl }: Pick<ClusterConfig, "server" | "proxyUrl">,
): string[] {
  return [server, ...(proxyUrl ? [proxyUrl] : [])].filter((url) => URL.canParse(url)).map((url) => {
    const { hostname, port, protocol } = new URL(url);
    return `${hostname}:${port || PORTS[protocol] || "443"}`;
  });
}
