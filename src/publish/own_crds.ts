/** kro's own two CustomResourceDefinitions, which are embedded in the binary. */
import { ApiError, CRD_KIND, type KubeObject, Manager } from "../api/mod.ts";
import { type KubeClient, waitEstablished } from "../kube/mod.ts";
import embedded from "./own_crds.json" with { type: "json" };

/** The CRDs of ResourceGraphDefinition and GraphRevision, as in `deploy/crds`. Returns a new copy. */
export function ownCrds(): KubeObject[] {
  return structuredClone(embedded) as KubeObject[];
}

/** True when both of kro's own CRDs exist. Rejects with ApiError. */
export async function ownCrdsPresent(client: KubeClient): Promise<boolean> {
  return (await missing(client)).length === 0;
}

/**
 * Creates those of kro's own CRDs that are missing and waits until they are established. Existing CRDs are
 * not changed. Returns the names of the created ones, sorted. Rejects with ApiError.
 *
 * @example
 * ```ts
 * import type { KubeClient } from "../kube/mod.ts";
 * import { installCrds } from "./mod.ts";
 *
 * async function install(client: KubeClient): Promise<void> {
 *   const created = await installCrds(client);
 *   if (created.length > 0) console.log(`installed ${created.join(", ")}`);
 * }
 * ```
 */
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
    // Another process created it first; it still has to be established.
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  }
  await waitEstablished(client, crd.metadata.name!);
}
