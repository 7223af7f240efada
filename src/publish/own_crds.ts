/**
 * kro's own two CustomResourceDefinitions, which are embedded in the binary: ResourceGraphDefinition and
 * GraphRevision.
 */
import { ApiError, CRD_KIND, type KubeObject, Manager } from "../api/mod.ts";
import { type KubeClient, waitEstablished } from "../kube/mod.ts";
import embedded from "./own_crds.json" with { type: "json" };

/**
 * Returns a new copy of kro's own CRDs, ResourceGraphDefinition and GraphRevision. Their YAML files are in
 * `deploy/crds`.
 */
export function ownCrds(): KubeObject[] {
  return structuredClone(embedded) as KubeObject[];
}

/**
 * Reports whether the cluster has the CRDs of the kinds ResourceGraphDefinition and GraphRevision. Rejects
 * with ApiError when a request fails.
 */
export async function ownCrdsPresent(client: KubeClient): Promise<boolean> {
  return (await missing(client)).length === 0;
}

/**
 * Creates those of kro's own CRDs that do not exist, and waits until the created CRDs are established. An
 * existing CRD is not changed. Rejects with ApiError when a request fails.
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
 *
 * @returns The names of the created CRDs, sorted.
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
    // Another process created the CRD first. The CRD may not be established yet, so this process waits as
    // well.
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  }
  await waitEstablished(client, crd.metadata.name!);
}
