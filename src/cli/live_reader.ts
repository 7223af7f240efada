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
 * Returns a reader that sends the token of the request to the API server, which thus decides what the caller
 * may read. Each read has its own connection, so that a token never stays in memory after the read.
 *
 * @param config The API server. Its credentials are not used.
 */
export function callersReader(config: ClusterConfig, userAgent: string): LiveReader {
  const { server, ca, insecure, proxyUrl, namespace, origin } = config;
  const as = async <T>(
    authorization: string | null,
    read: (client: KubeClient) => Promise<T>,
  ): Promise<T> => {
    const client = connect({
      server,
      ca,
      insecure,
      proxyUrl,
      namespace,
      origin,
      authorization: () => Promise.resolve(authorization ?? undefined),
    }, { userAgent });
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
