/** The status of an RGD: conditions, state, order. It is written only when it changes. */
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

/** A change of an RGD's status; fields left out stay as they are. */
export interface StatusUpdate {
  /** Conditions to set; others stay. */
  conditions: ConditionUpdate[];
  /** Node ids. */
  topologicalOrder?: string[];
  /** Nodes with dependencies. */
  resources?: ResourceInformation[];
  /** Highest revision number ever issued. */
  lastIssuedRevision?: number;
}

/** Conditions that make an RGD Active. GraphRevisionsResolved does not count, as upstream. */
const SERVING = ["GraphAccepted", "KindReady", "ControllerReady"];

/**
 * Merges the update into the RGD's status, writes it if that changed it, and returns the RGD afterwards. An
 * RGD that another client changed is read again; conditions still carry the generation of the RGD given,
 * which they were derived from. Returns the RGD as given when it was deleted or replaced; rejects with
 * ApiError otherwise. `now` becomes the transition time of conditions that change.
 *
 * @example
 * ```ts
 * const waiting = { type: "KindReady", status: "False", reason: "WaitingForInstances", message };
 * rgd = await writeRgdStatus(rgd, { conditions: [waiting] }, client, new Date());
 * ```
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

/** One condition as an update. */
export function condition(
  type: string,
  status: ConditionUpdate["status"],
  reason: string,
  message: string,
): ConditionUpdate {
  return { type, status, reason, message };
}
