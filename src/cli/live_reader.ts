/** Reads objects of the cluster for the JSON API. */
import { type ClusterConfig, connect, type KubeClient } from "../kube/mod.ts";
import type { LiveReader } from "../server/mod.ts";

/**
 * Returns a reader with kro's own rights, for an endpoint that only clients on kro's own host may read.
 */
export function ownReader(client: KubeClient): LiveReader {
  return {
    get: (ref) => client.get(ref),
    list: async (kind, options) => (await client.list(kind, options)).items,
  };
}

/**
 * Returns a client that sends the token of an HTTP request to the API server, which thus decides what the caller
 * may read. The client has its own connection and is closed after the read, so that a token never stays in
 * memory.
 *
 * @param config The API server. Its credentials are not used.
 * @param authorization The Authorization header of the HTTP request; null when the request lacks the header.
 */
export function callersClient(
  config: ClusterConfig,
  userAgent: string,
  authorization: string | null,
): KubeClient {
  const { server, ca, insecure, proxyUrl, namespace, origin } = config;
  return connect({
    server,
    ca,
    insecure,
    proxyUrl,
    namespace,
    origin,
    authorization: () => Promise.resolve(authorization ?? undefined),
  }, { userAgent });
}

/** Returns a reader that reads with the rights of the caller. See {@link callersClient}. */
export function callersReader(config: ClusterConfig, userAgent: string): LiveReader {
  const as = async <T>(
    authorization: string | null,
    read: (client: KubeClient) => Promise<T>,
  ): Promise<T> => {
    const client = callersClient(config, userAgent, authorization);
    try {
      return await read(client);
    } finally {
      client.close();
    }
  };
  return {
    get: (ref, authorization) => as(authorization, (client) => client.get(ref)),
    list: (kind, options, authorization) =>
      as(authorization, async (client) => (await client.list(kind, options)).items),
  };
}
