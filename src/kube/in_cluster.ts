/** Reads the configuration of a pod from its mounted service account. */
import { fileCredentials } from "./credentials.ts";
import { ConfigError, MissingFileError } from "./errors.ts";
import { readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

/** Folder that the kubelet mounts the service account's token, namespace and certificate authority to. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Returns the pod's configuration; undefined outside a pod and without a mounted token. Rejects with
 * ConfigError for a file that cannot be read.
 *
 * @param env reads an environment variable
 */
export async function inCluster(
  env: (name: string) => string | undefined,
  directory: string = SERVICE_ACCOUNT_DIR,
): Promise<ClusterConfig | undefined> {
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const tokenFile = `${directory}/token`;
  try {
    const token = await readFile(tokenFile, "service account's token");
    if (token.trim() === "") throw new ConfigError(`${tokenFile}: the token is empty`);
  } catch (error) {
    // A pod without a service account token may have a kubeconfig.
    if (error instanceof MissingFileError) return undefined;
    throw error;
  }
  const ca = await readFile(`${directory}/ca.crt`, "service account's certificate authority");
  const namespace = await readFile(`${directory}/namespace`, "service account's namespace");
  return {
    // URLs have IPv6 addresses in brackets.
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca,
    namespace: namespace.trim(),
    origin: "in-cluster",
    ...fileCredentials(tokenFile),
  };
}
