/**
 * Starts an HTTP server on the loopback interface, which answers requests with a test's handler, and a
 * Kubernetes client that sends its requests to this server.
 */
import type { KindRef } from "../../../src/api/mod.ts";
import {
  type ClusterConfig,
  connect,
  type ConnectOptions,
  type KubeClient,
  type RequestInfo,
} from "../../../src/kube/mod.ts";

/** A reference to the kind Pod. */
export const pods: KindRef = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
};

/** A Kubernetes client, and the requests that it has sent. */
export interface Setup {
  client: KubeClient;
  /** The requests that the server's handler has received. */
  requests: Request[];
  /** The requests that the client has reported to its callback `onRequest`. */
  infos: RequestInfo[];
}

/**
 * Starts a server with this handler, and connects a client to it. `nth` is the number of the
 * request, from 1.
 */
export async function serving(
  handler: (request: Request, nth: number) => Response | Promise<Response>,
  check: (setup: Setup) => Promise<void>,
  options: Partial<ConnectOptions> = {},
  config: Partial<ClusterConfig> = {},
): Promise<void> {
  const requests: Request[] = [];
  const infos: RequestInfo[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    requests.push(request);
    return handler(request, requests.length);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = connect({ server: url, namespace: "default", origin: "test", ...config }, {
    userAgent: "kro/test",
    onRequest: (info) => infos.push(info),
    ...options,
  });
  try {
    await check({ client, requests, infos });
  } finally {
    client.close();
  }
}
