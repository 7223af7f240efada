/** Instances of a kind that no graph serves: they are told so, or can be deleted at least. */
import {
  CRD_KIND,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { generatedFor, kindOfCrd } from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";

/** What the functions of this file need. */
export interface UnservedDeps {
  /** The cluster. */
  client: KubeClient;
  /** Who keeps the instances. */
  pool: InstancePool;
}

/** Instances learn that there is no good graph for them, and why. */
export async function holdInstances(
  crd: string,
  rgd: ResourceGraphDefinition,
  reason: string,
  deps: UnservedDeps,
): Promise<void> {
  const kind = await kindOf(crd, rgd.metadata.name!, deps);
  if (kind) await (await deps.pool.controller(kind)).hold(rgd, reason);
}

/** Instances stay as they are, and can be deleted; the CRD may be another RGD's by now. */
export async function retireInstances(
  crd: string,
  rgdName: string,
  deps: UnservedDeps,
): Promise<void> {
  const kind = await kindOf(crd, rgdName, deps);
  if (kind) await (await deps.pool.controller(kind)).retire();
}

async function kindOf(
  crd: string,
  rgdName: string,
  { client }: UnservedDeps,
): Promise<KindRef | undefined> {
  const live: KubeObject | undefined = await client.get({ kind: CRD_KIND, name: crd });
  return live && generatedFor(rgdName, live) ? kindOfCrd(live) : undefined;
}
