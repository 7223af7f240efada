/** The status of an RGD: conditions, state, order; written only when it says something new. */
import {
  type Condition,
  type ConditionUpdate,
  findCondition,
  type JsonObject,
  Manager,
  type ResourceGraphDefinition,
  type ResourceInformation,
  RGD_CONDITIONS,
  RGD_KIND,
  type RgdStatus,
  setConditions,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { sameJson, timestamp } from "./values.ts";

/** What a pass over an RGD has to say; fields left out stay as they are. */
export interface StatusUpdate {
  /** Conditions that the pass looked at. */
  conditions: ConditionUpdate[];
  /** Node ids. */
  topologicalOrder?: string[];
  /** Nodes with dependencies. */
  resources?: ResourceInformation[];
  /** Highest revision number ever issued. */
  lastIssuedRevision?: number;
}

/** Conditions that make an RGD Active; GraphRevisionsResolved does not count. */
const SERVING = ["GraphAccepted", "KindReady", "ControllerReady"];

/** Merges the update into the status and writes it when that changed it; answers the RGD after it. */
export async function writeRgdStatus(
  rgd: ResourceGraphDefinition,
  update: StatusUpdate,
  client: KubeClient,
  now: Date,
): Promise<ResourceGraphDefinition> {
  const status = nextStatus(rgd, update, now);
  if (sameJson(status, rgd.status)) return rgd;
  const ref = { kind: RGD_KIND, name: rgd.metadata.name! };
  const options = { fieldManager: Manager.kro, subresource: "status" as const };
  const patch = { status: status as JsonObject };
  return await client.mergePatch(ref, patch, options) as ResourceGraphDefinition;
}

/** The status after the update. */
export function nextStatus(
  rgd: ResourceGraphDefinition,
  update: StatusUpdate,
  now: Date,
): RgdStatus {
  const old = rgd.status ?? {};
  const conditions = setConditions(RGD_CONDITIONS, old.conditions ?? [], update.conditions, {
    generation: rgd.metadata.generation ?? 1,
    now: timestamp(now),
    created: rgd.metadata.creationTimestamp ?? timestamp(now),
  });
  return {
    ...old,
    state: stateOf(conditions),
    conditions,
    topologicalOrder: update.topologicalOrder ?? old.topologicalOrder ?? [],
    resources: update.resources ?? old.resources ?? [],
    lastIssuedRevision: update.lastIssuedRevision ?? old.lastIssuedRevision,
  };
}

function stateOf(conditions: Condition[]): "Active" | "Inactive" {
  const serving = SERVING.every((type) => findCondition(conditions, type)?.status === "True");
  return serving ? "Active" : "Inactive";
}
