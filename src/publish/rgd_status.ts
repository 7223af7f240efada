/** Derives and writes the status of an RGD: its conditions, state and topological order. */
import {
  type Condition,
  type ConditionUpdate,
  findCondition,
  isConflict,
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
import { isIssuable } from "./revisions.ts";

/** An update of an RGD's status. A field that is absent here is not changed in the status. */
export interface StatusUpdate {
  /** The conditions to set. The status keeps all conditions of other types. */
  conditions: ConditionUpdate[];
  /** The ids of the graph's nodes, in topological order. */
  topologicalOrder?: string[];
  /** The graph's nodes that depend on other nodes, each with its dependencies. */
  resources?: ResourceInformation[];
  /**
   * The highest revision number that was ever issued for the RGD. If the present status already contains a
   * higher number, the status keeps that number.
   */
  lastIssuedRevision?: number;
}

/**
 * The types of the conditions that must be True for the state Active. As in upstream, the condition
 * GraphRevisionsResolved may be False.
 */
const SERVING = ["GraphAccepted", "KindReady", "ControllerReady"];

/**
 * Merges an update into the RGD's status, and writes the status if it changed. After a conflict the RGD is
 * read again and the update is merged into the status just read. `observedGeneration` is always the
 * generation of the parameter `rgd`, because the conditions were derived from this version of the RGD.
 * Rejects with ApiError when a request fails.
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
 * @param now The transition time of conditions whose status changes.
 * @returns The RGD after the write, or the given RGD if it was deleted or replaced since it was read.
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
      if (!isConflict(error)) throw error;
    }
    const found = await client.get(ref);
    if (found?.metadata.uid !== uid) return rgd;
    live = found as ResourceGraphDefinition;
  }
}

/**
 * Returns the RGD's status after merging the update.
 *
 * @param now The transition time of conditions whose status changes.
 */
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
    ...list("topologicalOrder", old.topologicalOrder, update.topologicalOrder),
    ...list("resources", old.resources, update.resources),
    ...highest(old.lastIssuedRevision, update.lastIssuedRevision),
  };
}

/**
 * Returns the field with the new list. An empty list is left out if the status has no list: upstream omits
 * empty lists, so kro writes no status when it takes over an RGD from upstream.
 */
function list(
  field: "topologicalOrder" | "resources",
  old: readonly unknown[] | undefined,
  next: readonly unknown[] | undefined,
): Partial<RgdStatus> {
  const isOmitted = old === undefined && (next ?? []).length === 0;
  return isOmitted ? {} : { [field]: next ?? old };
}

/**
 * Returns the highest of the known revision numbers, so that the last issued revision in the status never
 * decreases.
 */
function highest(...numbers: (number | undefined)[]): { lastIssuedRevision?: number } {
  const known = numbers.filter(isIssuable);
  return known.length > 0 ? { lastIssuedRevision: Math.max(...known) } : {};
}

function stateOf(conditions: Condition[]): "Active" | "Inactive" {
  const serving = SERVING.every((type) => findCondition(conditions, type)?.status === "True");
  return serving ? "Active" : "Inactive";
}

/** Returns an update of one condition. */
export function condition(
  type: string,
  status: ConditionUpdate["status"],
  reason: string,
  message: string,
): ConditionUpdate {
  return { type, status, reason, message };
}
