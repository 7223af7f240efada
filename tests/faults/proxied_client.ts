/** For tests of the proxy itself: a client through it and the administrator's past it, in a namespace of their own. */
import { connect, type KubeClient, loadConfig } from "../../src/kube/mod.ts";
import { sharedControlPlane, testNamespace } from "../support/controlplane/shared.ts";
import { kubeconfig } from "../support/controlplane/users.ts";
import { FaultProxy } from "./proxy/mod.ts";

/** A client through the proxy, and one past it. Leaving the scope ends both and the proxy. */
export interface Through extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly namespace: string;
  /** Through the proxy. */
  readonly client: KubeClient;
  /** The administrator's, past it. */
  readonly admin: KubeClient;
}

/** `name` begins the namespace's, `as` is what the record calls the client, `user` who it is to the server. */
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
