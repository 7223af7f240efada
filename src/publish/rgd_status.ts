/** Derives and writes the status of an RGD: conditions, state, topological order. */
import {
  ApiError,
  type Condition,
  type ConditionUpdate,
  findCondition,
  jsonEqual,
  type JsonObject,
  type ResourceGraphDefinition,
  type ResourceInformation,
  RGD_CONDITIONS,
  RGD_KIND,
  type RgdStatus,
  setConditions,
  timestamp,
} from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import { asKro } from "./requests.ts";

/** An update of an RGD's status. Absent fields are not changed. */
export interface StatusUpdate {
  /** Conditions to set; other conditions are kept. */
  conditions: ConditionUpdate[];
  /** Node ids in topological order. */
  topologicalOrder?: string[];
  /** The nodes that have dependencies, with these. */
  resources?: ResourceInformation[];
  /** Highest revision number that was ever issued; a lower one than the present value is ignored. */
  lastIssuedRevision?: number;
}

/** The conditions that have to be True for state Active. As upstream, without GraphRevisionsResolved. */
const SERVING = ["GraphAccepted", "KindReady", "ControllerReady"];

/**
 * Merges an update into the RGD's status and writes it if it changed. After a conflict the RGD is read again
 * and the update merged again; `observedGeneration` remains that of the given RGD, from which the conditions
 * were derived. Rejects with ApiError.
 *
 * @example
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import { writeRgdStatus } from "./mod.ts";
 *
 * async function reportWaiting(rgd: ResourceGraphDefinition, client: KubeClient, message: string) {
 *   const waiting = { type: "KindReady", status: "False", reason: "Waiting", message } as const;
 *   return await writeRgdStatus(rgd, { conditions: [waiting] }, client, new Date());
 * }
 * ```
 *
 * @param now Transition time of conditions whose status changes.
 * @returns The RGD after the write; the given one if it was deleted or replaced.
 */
export async function writeRgdStatus(
  rgd: ResourceGraphDefinition,
  update: StatusUpdate,
  client: KubeClient,
  now: Date,
): Promise<ResourceGraphDefinition> {
  const ref = { kind: RGD_KIND, name: rgd.metadata.name! };
  const options = { ...asKro, subresource: "status" as const };
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

/** Merges the update into the status of the RGD. */
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

/** The highest of the known numbers: the last issued revision never decreases. */
function highest(...numbers: (number | undefined)[]): { lastIssuedRevision?: number } {
  const known = numbers.filter((n) => n !== undefined);
  return known.length > 0 ? { lastIssuedRevision: Math.max(...known) } : {};
}

function stateOf(conditions: Condition[]): "Active" | "Inactive" {
  const serving = SERVING.every((type) => findCondition(conditions, type)?.status === "True");
  return serving ? "Active" : "Inactive";
}

/** Builds a condition update. */
export function condition(
  type: string,
  status: ConditionUpdate["status"],
  reason: string,
  message: string,
): ConditionUpdate {
  return { type, status, reason, message };
}
