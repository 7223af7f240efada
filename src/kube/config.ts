/**
 * Finds the configuration of the cluster: `--kubeconfig`, else `$KUBECONFIG`, else the pod's service
 * account, else `~/.kube/config`.
 */
import { join } from "node:path";
import process from "node:process";
import { MissingFileError, NoClusterError } from "./errors.ts";
import { inCluster } from "./in_cluster.ts";
import { permitted } from "./deno_permission.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { toClusterConfig } from "./context.ts";
import type { ClusterConfig } from "./types.ts";

/** Flags that select the cluster. */
export interface LoadOptions {
  /** A kubeconfig file, instead of those of `$KUBECONFIG`. */
  kubeconfig?: string;
  /** A context, instead of the current one. */
  context?: string;
  /** A namespace, instead of the context's. */
  namespace?: string;
}

/**
 * Returns the configuration of the first source that exists: the option `kubeconfig`, the files of
 * `$KUBECONFIG`, the service account of the pod, `~/.kube/config`. The option `context` skips the pod.
 *
 * Rejects with ConfigError when a file or a permission is missing or a value is invalid, and with its
 * subclass NoClusterError when no source exists.
 *
 * @example
 * ```ts
 * import { loadConfig } from "./mod.ts";
 *
 * const config = await loadConfig({ context: "kind-dev", namespace: "team" });
 * console.log(config.server, config.namespace);
 * ```
 */
export async function loadConfig(options: LoadOptions = {}): Promise<ClusterConfig> {
  const config = await find(options);
  return options.namespace ? Object.assign(config, { namespace: options.namespace }) : config;
}

async function find(options: LoadOptions): Promise<ClusterConfig> {
  if (options.kubeconfig) return await fromFiles([options.kubeconfig], options.context);
  const listed = splitList(env("KUBECONFIG") ?? "");
  if (listed.length > 0) return await fromFiles(listed, options.context);
  // A service account has no contexts.
  if (options.context === undefined) {
    const pod = await inCluster(env);
    if (pod) return pod;
  }
  const home = env("HOME") ?? env("USERPROFILE");
  const own = home === undefined ? undefined : join(home, ".kube", "config");
  try {
    if (own !== undefined) return await fromFiles([own], options.context);
  } catch (error) {
    if (!(error instanceof MissingFileError)) throw error;
  }
  throw new NoClusterError(
    "no cluster: neither --kubeconfig nor KUBECONFIG is given, kro does not run in a pod with a service account, " +
      (own === undefined ? "and HOME is not set" : `and ${own} does not exist`),
  );
}

async function fromFiles(files: string[], context: string | undefined): Promise<ClusterConfig> {
  return await toClusterConfig(await readKubeconfig(files), context);
}

function splitList(value: string): string[] {
  const separator = process.platform === "win32" ? ";" : ":";
  return value.split(separator).filter((file) => file !== "");
}

function env(name: string): string | undefined {
  return permitted(`reading $${name}`, `--allow-env=${name}`, () => Deno.env.get(name));
}
