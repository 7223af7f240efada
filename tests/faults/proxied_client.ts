/**
 * Starts a fault proxy for one test, and creates a namespace and two clients: one client connects through the
 * proxy, and the other client connects directly to the API server.
 */
import { connect, type KubeClient, loadConfig } from "../../src/kube/mod.ts";
import { sharedControlPlane, testNamespace } from "../support/controlplane/shared.ts";
import { kubeconfig } from "../support/controlplane/users.ts";
import { FaultProxy } from "./proxy/mod.ts";

/**
 * A client that connects through the proxy, and a client that connects directly. Disposing the
 * object closes both clients and the proxy.
 */
export interface Through extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly namespace: string;
  /** The client that connects to the API server through the fault proxy. */
  readonly client: KubeClient;
  /** The administrator's client, which connects directly to the API server. */
  readonly admin: KubeClient;
}

/**
 * Starts a fault proxy, and connects one client through the proxy and one client directly to the API server.
 * `name` is the prefix of the namespace. `user` is the user of the client that connects through the proxy.
 * `as` is the name of this client in the proxy's record.
 */
export async function throughProxy(
  { name, as, user, userAgent }: {
    name: string;
    as: string;
    user: "admin" | "kro";
    userAgent: string;
  },
): Promise<Through> {
  const { server, ca, token, kubeconfig: direct } = await sharedControlPlane();
  const space = await testNamespace(name);
  const proxy = await FaultProxy.start({ server, ca });
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, kubeconfig(await proxy.url(as), proxy.ca, user, token(user)));
  const client = connect(await loadConfig({ kubeconfig: file }), { userAgent });
  const admin = connect(await loadConfig({ kubeconfig: direct }), { userAgent: "user" });
  return {
    proxy,
    namespace: space.name,
    client,
    admin,
    async [Symbol.asyncDispose]() {
      client.close();
      admin.close();
      await proxy[Symbol.asyncDispose]();
      await Deno.remove(file);
      await space[Symbol.asyncDispose]();
    },
  };
}
