/** The service account that Kubernetes mounts into every pod. */
import { fileCredentials } from "./credentials.ts";
import { ConfigError } from "./errors.ts";
import { readFile } from "./permission.ts";
import type { ClusterConfig } from "./types.ts";

/** Where the kubelet mounts it. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The pod's own configuration; undefined outside of a cluster. */
export async function inCluster(
  env: (name: string) => string | undefined,
  directory: string = SERVICE_ACCOUNT_DIR,
): Promise<ClusterConfig | undefined> {
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const tokenFile = `${directory}/token`;
  const ca = await readFile(`${directory}/ca.crt`, "service account's certificate authority");
  const namespace = await readFile(`${directory}/namespace`, "service account's namespace");
  if ((await readFile(tokenFile, "service account's token")).trim() === "") {
    throw new ConfigError(`${tokenFile}: the service account's token is empty`);
  }
  return {
    // An IPv6 address stands in brackets.
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca,
    namespace: namespace.trim(),
    origin: "in-cluster",
    ...fileCredentials(tokenFile),
  };
}
