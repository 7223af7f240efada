/** kro's own two CustomResourceDefinitions, carried in the binary, and how they get into a cluster. */
import { ApiError, CRD_KIND, type KubeObject, Manager } from "../api/mod.ts";
import { type KubeClient, waitEstablished } from "../kube/mod.ts";
import embedded from "./own_crds.json" with { type: "json" };

/** ResourceGraphDefinition's and GraphRevision's CRDs, as in `deploy/crds`. */
export function ownCrds(): KubeObject[] {
  return structuredClone(embedded) as KubeObject[];
}

/** True when both of kro's own kinds are served. */
export async function ownCrdsPresent(client: KubeClient): Promise<boolean> {
  return (await missing(client)).length === 0;
}

/** Creates those of kro's own CRDs that are missing, waits until they serve, and names them. */
export async function installCrds(client: KubeClient): Promise<string[]> {
  const created = await missing(client);
  await Promise.all(created.map((crd) => install(client, crd)));
  return created.map((crd) => crd.metadata.name!).sort();
}

async function missing(client: KubeClient): Promise<KubeObject[]> {
  const checked = await Promise.all(
    ownCrds().map(async (crd) => {
      const live = await client.get({ kind: CRD_KIND, name: crd.metadata.name! });
      return live ? undefined : crd;
    }),
  );
  return checked.filter((crd) => crd !== undefined);
}

async function install(client: KubeClient, crd: KubeObject): Promise<void> {
  try {
    await client.create(CRD_KIND, crd, { fieldManager: Manager.kro });
  } catch (error) {
    // Another kro was faster; what counts is that the kind is served.
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  }
  await waitEstablished(client, crd.metadata.name!);
}
