/** Creates service accounts, so that tests can run kro with only the permissions of given roles. */
import { kubectl, sharedControlPlane } from "../controlplane/shared.ts";

/** A service account with a kubeconfig file. Disposing the object removes the file. */
export interface ServiceAccount extends AsyncDisposable {
  /** The name of the service account. */
  readonly name: string;
  /** The service account's user name, `system:serviceaccount:<namespace>:<name>`. */
  readonly user: string;
  /** The path of a kubeconfig file that authenticates as the service account. */
  readonly kubeconfig: string;
}

/** Creates a service account without permissions in the namespace. */
export async function serviceAccountIn(
  namespace: string,
  name = "kro",
): Promise<ServiceAccount> {
  const controlPlane = await sharedControlPlane();
  await kubectl(["create", "serviceaccount", name, "-n", namespace]);
  const token = (await kubectl(["create", "token", name, "-n", namespace])).trim();
  const kubeconfig = await Deno.makeTempFile({ prefix: "kubeconfig-" });
  const config = await Deno.readTextFile(controlPlane.kubeconfigFor("kro"));
  await Deno.writeTextFile(kubeconfig, config.replaceAll(controlPlane.token("kro"), token));
  return {
    name,
    user: `system:serviceaccount:${namespace}:${name}`,
    kubeconfig,
    [Symbol.asyncDispose]: () => Deno.remove(kubeconfig),
  };
}
