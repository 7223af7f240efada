/**
 * Handles the instances of a kind without a graph. If no revision of the RGD compiles, reports the reason in
 * the status of the instances. If the RGD was deleted, processes only deletions of instances.
 */
import {
  CRD_KIND,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { generatedFor, kindOfCrd } from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";

/** The objects that are needed to handle instances without a graph. */
export interface WithoutGraphDeps {
  /** The client of the cluster. */
  client: KubeClient;
  /** The pool of instance controllers. */
  pool: InstancePool;
}

/** Writes to the status of a CRD's instances why the RGD has no usable graph. Rejects with ApiError. */
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
 * Processes the deletions of a CRD's instances and leaves other instances unchanged. Does nothing when the
 * CRD was generated for another RGD. Rejects with ApiError.
 *
 * @param isWanted Called after the CRD was read. If it returns false, nothing is done.
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
