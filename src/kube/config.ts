/**
 * Finds the configuration of the cluster. The sources in order of precedence are the flag `--kubeconfig`,
 * the environment variable `KUBECONFIG`, the service account of the pod, and `~/.kube/config`.
 */
import { join } from "node:path";
import process from "node:process";
import { MissingFileError, NoClusterError } from "./errors.ts";
import { inCluster } from "./in_cluster.ts";
import { permitted } from "./deno_permission.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { toClusterConfig } from "./context.ts";
import type { ClusterConfig } from "./types.ts";

/** The command-line flags that select the cluster, the context and the namespace. */
export interface LoadOptions {
  /** The path of a kubeconfig file, read in place of the files that `KUBECONFIG` lists. */
  kubeconfig?: string;
  /** The name of a kubeconfig context, used in place of the current context. */
  context?: string;
  /** The name of a namespace, used in place of the namespace of the context. */
  namespace?: string;
}

/**
 * Returns the cluster configuration of the first source that exists: the file of the option `kubeconfig`,
 * the files that `KUBECONFIG` lists, the service account of the pod, or `~/.kube/config`. With the option
 * `context`, the service account is skipped, because a service account has no contexts.
 *
 * Rejects with ConfigError when a file or a permission is missing or a value is invalid. Rejects with
 * NoClusterError, a subclass of ConfigError, when no source exists.
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
  // The service account of the pod has no contexts, so it is used only when the caller requests no context.
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
