/** The status of an RGD: conditions, state, order; written only when it says something new. */
import {
  ApiError,
  type Condition,
  type ConditionUpdate,
  findCondition,
  jsonEqual,
  type JsonObject,
  Manager,
  type ResourceGraphDefinition,
  type ResourceInformation,
  RGD_CONDITIONS,
  RGD_KIND,
  type RgdStatus,
  setConditions,
  timestamp,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";

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

/**
 * Merges the update into the status and writes it when that changed it; answers the RGD after it. An
 * RGD that changed meanwhile is read again: what the update says is said of the generation given.
 */
export async function writeRgdStatus(
  rgd: ResourceGraphDefinition,
  update: StatusUpdate,
  client: KubeClient,
  now: Date,
): Promise<ResourceGraphDefinition> {
  const ref = { kind: RGD_KIND, name: rgd.metadata.name! };
  const options = { fieldManager: Manager.kro, subresource: "status" as const };
  const { uid, generation } = rgd.metadata;
  for (let live = rgd;;) {
    const status = nextStatus({ ...live, metadata: { ...live.metadata, generation } }, update, now);
    if (jsonEqual(status, live.status)) return live;
    const { resourceVersion } = live.metadata;
    const patch = { metadata: { resourceVersion }, status: status as JsonObject };
    try {
      return await client.mergePatch(ref, patch, options) as ResourceGraphDefinition;
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "Conflict") throw error;
    }
    const found = await client.get(ref);
    if (found?.metadata.uid !== uid) return rgd;
    live = found as ResourceGraphDefinition;
  }
}

/** The status after the update. */
function nextStatus(
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
    ...highest(old.lastIssuedRevision, update.lastIssuedRevision),
  };
}

/** The number never goes down. */
function highest(...numbers: (number | undefined)[]): { lastIssuedRevision?: number } {
  const known = numbers.filter((n) => n !== undefined);
  return known.length > 0 ? { lastIssuedRevision: Math.max(...known) } : {};
}

function stateOf(conditions: Condition[]): "Active" | "Inactive" {
  const serving = SERVING.every((type) => findCondition(conditions, type)?.status === "True");
  return serving ? "Active" : "Inactive";
}

/** What a pass found out about one condition. */
export function condition(
  type: string,
  status: ConditionUpdate["status"],
  reason: string,
  message: string,
): ConditionUpdate {
  return { type, status, reason, message };
}
