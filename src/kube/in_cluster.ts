/** The configuration of a pod: its mounted service account. */
import { fileCredentials } from "./credentials.ts";
import { ConfigError, MissingFileError } from "./errors.ts";
import { readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

/** Where the kubelet mounts the service account. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The pod's configuration; undefined outside a pod, or without a token. Throws ConfigError. */
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
