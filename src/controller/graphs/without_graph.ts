/** Serves instances of a kind without a graph: reports why in their status, or processes deletions only. */
import {
  CRD_KIND,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { generatedFor, kindOfCrd } from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";

/** Dependencies of serving a kind without a graph. */
export interface WithoutGraphDeps {
  /** Client of the cluster. */
  client: KubeClient;
  /** The instance controllers. */
  pool: InstancePool;
}

/** Reports in the status of a CRD's instances why the RGD has no usable graph. Rejects with ApiError. */
export async function serveUnresolved(
  crd: string,
  rgd: ResourceGraphDefinition,
  reason: string,
  deps: WithoutGraphDeps,
): Promise<void> {
  const kind = await kindOf(crd, rgd.metadata.name!, deps);
  if (kind) await (await deps.pool.controller(kind)).serveUnresolved(rgd, reason);
}

/**
 * Processes only deletions of a CRD's instances; other instances are left as they are. Does nothing when the
 * CRD was generated for another RGD, or when `isWanted`, called after the CRD was read, returns false.
 * Rejects with ApiError.
 */
export async function serveDeletions(
  crd: string,
  rgdName: string,
  deps: WithoutGraphDeps,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const kind = await kindOf(crd, rgdName, deps);
  if (!kind || !isWanted()) return;
  const controller = await deps.pool.controller(kind);
  if (isWanted()) await controller.serveDeletions();
}

async function kindOf(
  crd: string,
  rgdName: string,
  { client }: WithoutGraphDeps,
): Promise<KindRef | undefined> {
  const live: KubeObject | undefined = await client.get({ kind: CRD_KIND, name: crd });
  return live && generatedFor(rgdName, live) ? kindOfCrd(live) : undefined;
}
