/** Reads the cluster configuration of a pod from the pod's mounted service account. */
import { certificateReader } from "./certificate_files.ts";
import { bearer, fileCredentials } from "./credentials.ts";
import { MissingFileError } from "./errors.ts";
import { readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

/**
 * The folder to which the kubelet mounts the token, the namespace and the certificate authority of the
 * pod's service account.
 */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The name of the API server's Service. The certificate of every API server is valid for this name. */
export const SERVICE_NAME = "kubernetes.default.svc";

/**
 * Returns the cluster configuration of the pod that runs this process. Returns undefined when the process
 * does not run in a pod or the pod has no service account token. Rejects with ConfigError when a file
 * cannot be read or the token is invalid.
 *
 * @param env Returns the value of an environment variable.
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
    bearer(tokenFile, await readFile(tokenFile, "service account's token"));
  } catch (error) {
    // A pod without a service account token is not an error, because the pod may have a kubeconfig.
    if (error instanceof MissingFileError) return undefined;
    throw error;
  }
  const ca = await readFile(`${directory}/ca.crt`, "service account's certificate authority");
  const namespace = await readFile(`${directory}/namespace`, "service account's namespace");
  const config: ClusterConfig = {
    server: `https://${permittedHost(host, port)}:${port}`,
    ca,
    namespace: namespace.trim(),
    origin: "in-cluster",
    ...fileCredentials(tokenFile),
  };
  config.readCertificates = certificateReader({ ca: `${directory}/ca.crt` }, config)?.read;
  return config;
}

/**
 * Returns the host for the API server's URL. If Deno does not permit a connection to `host`, returns the name
 * of the API server's Service instead. kro's image permits connections to IPv4 addresses and to this name,
 * but not to IPv6 addresses. IPv6 addresses would need a permission for every host, and kro could not give up
 * a part of that permission while it runs.
 */
function permittedHost(host: string, port: string): string {
  // An IPv6 address in a URL is written in brackets.
  const written = host.includes(":") ? `[${host}]` : host;
  const { state } = Deno.permissions.querySync({ name: "net", host: `${written}:${port}` });
  return state === "granted" ? written : SERVICE_NAME;
}
