/** Builds the configuration of a cluster from one context of a kubeconfig. */
import type { Cluster } from "@kubernetes/client-node";
import { certificateReader } from "./certificate_files.ts";
import { credentialsOf } from "./credentials.ts";
import { ConfigError } from "./errors.ts";
import type { Kubeconfig, User } from "./kubeconfig.ts";
import { readFile } from "./deno_permission.ts";
import type { ClusterConfig } from "./types.ts";

/**
 * Builds the cluster configuration from a context of the kubeconfig, and from the cluster and the user that
 * the context names. Reads the certificate files and the token file to which the kubeconfig refers. Throws
 * ConfigError for an unknown context, cluster or user, for an unreadable file, and for an unsupported
 * field.
 *
 * @param contextName The name of the context; the current context when undefined.
 */
export async function toClusterConfig(
  kubeconfig: Kubeconfig,
  contextName: string | undefined,
): Promise<ClusterConfig> {
  const { origin } = kubeconfig;
  const name = contextName ?? kubeconfig.currentContext;
  if (name === "") {
    throw new ConfigError(
      `${origin}: no current-context; ${choices("contexts", kubeconfig.contexts)}`,
    );
  }
  const context = lookUp(origin, "context", "contexts", kubeconfig.contexts, name);
  const named = `${origin}: context "${name}"`;
  const cluster = lookUp(named, "cluster", "clusters", kubeconfig.clusters, context.cluster);
  const user: User = context.user
    ? lookUp(named, "user", "users", kubeconfig.users, context.user)
    : { name: "" };
  checkServer(origin, cluster);

  const config: ClusterConfig = {
    server: cluster.server,
    ca: await pem(
      origin,
      cluster.caData,
      cluster.caFile,
      `certificate-authority of "${cluster.name}"`,
    ),
    insecure: cluster.skipTLSVerify,
    namespace: context.namespace ?? "default",
    origin,
    proxyUrl: cluster.proxyUrl,
    headers: impersonation(origin, user),
  };
  const cert = await pem(
    origin,
    user.certData,
    user.certFile,
    `client-certificate of "${user.name}"`,
  );
  const key = await pem(origin, user.keyData, user.keyFile, `client-key of "${user.name}"`);
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError(
      `${origin}: user "${user.name}" has only one of client certificate and key`,
    );
  }
  if (cert !== undefined && key !== undefined) config.clientCert = { cert, key };
  const certificates = certificateReader({
    ca: cluster.caData ? undefined : cluster.caFile,
    cert: user.certData ? undefined : user.certFile,
    key: user.keyData ? undefined : user.keyFile,
  }, config);
  const credentials = await credentialsOf(origin, user, config);
  Object.assign(config, credentials);
  if (certificates) {
    config.readCertificates = certificates.read;
    // This function is called after a response with status 401. The next request then also reads the
    // certificate files again, because they may already contain a new client certificate.
    config.forget = () => {
      credentials.forget?.();
      certificates.forget();
    };
  }
  return config;
}

function lookUp<T>(
  where: string,
  what: string,
  plural: string,
  map: Map<string, T>,
  name: string,
): T {
  const found = map.get(name);
  if (found === undefined) {
    throw new ConfigError(`${where}: no ${what} "${name}"; ${choices(plural, map)}`);
  }
  return found;
}

function choices(plural: string, map: Map<string, unknown>): string {
  return map.size === 0 ? `it has no ${plural}` : `it has ${[...map.keys()].join(", ")}`;
}

function checkServer(origin: string, cluster: Cluster): void {
  const where = `${origin}: cluster "${cluster.name}"`;
  const url = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    // The part of the URL before `@` may contain a password, so error messages do not show this part.
    const shown = cluster.server.replace(/[^/]*@/, "…@");
    throw new ConfigError(`${where}: server "${shown}" is not an http or https URL`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(`${where}: server must have no user name, query or fragment`);
  }
  if (cluster.skipTLSVerify && (cluster.caData || cluster.caFile)) {
    throw new ConfigError(
      `${where}: certificate-authority and insecure-skip-tls-verify exclude each other`,
    );
  }
  if (cluster.tlsServerName && cluster.tlsServerName !== url.hostname) {
    throw new ConfigError(
      `${where}: tls-server-name "${cluster.tlsServerName}" differs from the server's host, ` +
        `which the runtime cannot check; make that name resolve and use it in server`,
    );
  }
}

async function pem(
  origin: string,
  data: string | undefined,
  file: string | undefined,
  what: string,
): Promise<string | undefined> {
  if (!data && !file) return undefined;
  const text = data ? decode(origin, data, what) : await readFile(file!, what);
  // Deno silently ignores certificates that it cannot parse, so a value that is not PEM is rejected here.
  if (!text.includes("-----BEGIN ")) {
    throw new ConfigError(`${data ? origin : file}: ${what} is not PEM`);
  }
  return text;
}

function decode(origin: string, data: string, what: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  } catch {
    throw new ConfigError(`${origin}: ${what} is not base64`);
  }
}

function impersonation(origin: string, user: User): Record<string, string> | undefined {
  const { impersonateUser, impersonateUid } = user;
  const where = `${origin}: user "${user.name}"`;
  // Impersonation of several groups or extra values needs several headers with the same name, but `headers`
  // holds only one value for each name. A request with only some of the groups or extra values would act as
  // another identity.
  const unsupported = [
    ...(user.impersonateGroups?.length ? ["as-groups"] : []),
    ...(Object.keys(user.impersonateExtra ?? {}).length > 0 ? ["as-user-extra"] : []),
  ];
  if (unsupported.length > 0) {
    throw new ConfigError(`${where}: ${unsupported.join(" and ")} is not supported`);
  }
  if (!impersonateUser) {
    if (impersonateUid) throw new ConfigError(`${where}: as-uid needs as`);
    return undefined;
  }
  for (const value of [impersonateUser, impersonateUid ?? ""]) {
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw new ConfigError(`${where}: as and as-uid must be printable ASCII characters`);
    }
  }
  return {
    "impersonate-user": impersonateUser,
    ...(impersonateUid && { "impersonate-uid": impersonateUid }),
  };
}
