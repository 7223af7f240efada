/** Deletes an instance's objects from its inventory alone: no graph and no schema is needed. */
import {
  Annotation,
  ApiError,
  type Condition,
  conditionsOf,
  type ConditionUpdate,
  FINALIZER,
  isNotFound,
  type KindRef,
  type KubeObject,
  refText,
  timestamp,
} from "../api/mod.ts";
import { patchFresh } from "./carrier.ts";
import type { Cluster } from "./cluster.ts";
import { areAuthored, builtInConditions } from "./conditions.ts";
import type { PassContext } from "./context.ts";
import { applySetId, inventoryFault, readInventory } from "./inventory.ts";
import { hasFinalizer } from "./labels.ts";
import { deleteMember, listMembers, type Member, type MemberQuery, remain } from "./members.ts";
import type { Next, ObjectOutcome, Outcome } from "./outcome.ts";
import { fieldsOf, writeStatus } from "./status.ts";

/**
 * One pass over an instance that is being deleted: the highest wave first, the next one only when
 * that is gone, and the finalizer last. Works while the RGD is broken, suspended or gone.
 */
export async function remove(
  kind: KindRef,
  instance: KubeObject,
  cluster: Cluster,
  context: PassContext,
): Promise<Outcome> {
  const pass = { kind, instance, cluster, context, removed: [] as ObjectOutcome[] };
  if (!hasFinalizer(instance)) return { ...outcomeOf(pass), next: { kind: "done" } };
  const invalid = inventoryFault(kind, instance);
  if (invalid) {
    return await blocked(pass, `validate deletion inventory: ${invalid}`);
  }
  const query: MemberQuery = {
    cluster,
    instance,
    applySetId: applySetId(kind, instance),
    inventory: readInventory(instance),
  };
  try {
    // The cache may know less than the API server: only a live list lets the finalizer go.
    const cached = await listMembers(query, false);
    return await deleteWaves(pass, query, cached);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return await blocked(pass, error.message);
  }
}

interface Removal {
  kind: KindRef;
  instance: KubeObject;
  cluster: Cluster;
  context: PassContext;
  removed: ObjectOutcome[];
}

/** Deletes wave after wave for as long as each is gone at once, then lets the instance go. */
async function deleteWaves(
  pass: Removal,
  query: MemberQuery,
  members: readonly Member[],
): Promise<Outcome> {
  // The cache may know less than the API server: only a live list lets the finalizer go.
  const left = members.length > 0 ? members : await listMembers(query, true);
  if (left.length === 0) return await release(pass);
  const { order, wave, lower } = highestWave(left);
  const leaving = wave.filter((m) => m.object.metadata.deletionTimestamp !== undefined);
  await report(pass, leavingText(leaving));
  const results = await Promise.all(wave.map((m) => deleteMember(pass.cluster, m, "deleted")));
  pass.removed.push(...results.flatMap((r) => r.outcome ? [r.outcome] : []));
  if (results.some((r) => r.conflict)) {
    const reason = "deletion encountered UID conflicts; retrying";
    return await blocked(pass, reason, { kind: "wait", reason, timed: true });
  }
  // Nothing is deleted twice, so this ends: what was leaving before is waited for.
  if (leaving.length < wave.length && !await remain(query, wave)) {
    return await deleteWaves(pass, query, lower);
  }
  const reason = `deleting apply-order wave ${order}`;
  const objects = wave.map((m) => m.ref);
  return { ...outcomeOf(pass), next: { kind: "wait", reason, objects } };
}

/** Takes the finalizer off; the instance is gone unless others hold it too. */
async function release(pass: Removal): Promise<Outcome> {
  const { cluster, kind } = pass;
  let left: KubeObject | undefined;
  try {
    left = await patchFresh(cluster, kind, pass.instance, (fresh) => {
      if (!hasFinalizer(fresh)) return undefined;
      return { finalizers: fresh.metadata.finalizers!.filter((f) => f !== FINALIZER) };
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const isHeld = (left?.metadata.finalizers?.length ?? 0) > 0;
  return {
    ...outcomeOf(pass),
    instance: isHeld ? left : undefined,
    next: { kind: "done" },
  };
}

async function blocked(pass: Removal, why: string, next?: Next): Promise<Outcome> {
  const message = `deletion blocked: ${why}`;
  await report(pass, message);
  return { ...outcomeOf(pass), next: next ?? { kind: "retry", error: message } };
}

/** Status while deleting: the author's fields stay, kro's ResourcesReady says how far it is. */
async function report(pass: Removal, message: string): Promise<void> {
  const { kind, instance, cluster, context } = pass;
  const update: ConditionUpdate = {
    type: "ResourcesReady",
    status: "Unknown",
    reason: "UnderDeletion",
    message,
  };
  const conditions = deletionConditions(instance, update, context);
  try {
    pass.instance = await writeStatus(cluster, kind, instance, {
      state: "DELETING",
      conditions,
      fields: fieldsOf(instance),
    });
  } catch (error) {
    // The objects matter more than the words about them; the next pass writes them again.
    if (!(error instanceof ApiError)) throw error;
  }
}

function deletionConditions(
  instance: KubeObject,
  update: ConditionUpdate,
  context: PassContext,
): Condition[] {
  const current = conditionsOf(instance);
  if (!areAuthored(current)) {
    const others = current.filter((c) => c.type !== update.type && c.type !== "Ready")
      .map(({ type, status, reason = "", message = "" }) => ({ type, status, reason, message }));
    return builtInConditions(instance, current, [...others, update], context);
  }
  const old = current.find((c) => c.type === update.type);
  const kept = old?.status === update.status && old.lastTransitionTime;
  const overlay: Condition = {
    ...update,
    lastTransitionTime: kept || timestamp(context.now()),
    observedGeneration: instance.metadata.generation ?? 0,
  };
  return [...current.filter((c) => c.type !== update.type), overlay];
}

function leavingText(leaving: readonly Member[]): string {
  const held = leaving.filter((m) => (m.object.metadata.finalizers?.length ?? 0) > 0)
    .map((m) => `${refText(m.ref)} (finalizers: ${m.object.metadata.finalizers!.join(", ")})`);
  return held.length === 0
    ? "deleting resources"
    : `deleting resources: waiting for ${held.sort().join(", ")}`;
}

function highestWave(
  members: readonly Member[],
): { order: number; wave: Member[]; lower: Member[] } {
  const order = Math.max(...members.map(waveOf));
  const { wave = [], lower = [] } = Object.groupBy(
    members,
    (m) => waveOf(m) === order ? "wave" : "lower",
  );
  return { order, wave, lower };
}

function waveOf({ object }: Member): number {
  const order = Number(object.metadata.annotations?.[Annotation.applyOrder]);
  return Number.isInteger(order) && order > 0 ? order : 0;
}

function outcomeOf({ instance, removed }: Removal): Omit<Outcome, "next"> {
  return { state: "DELETING", conditions: conditionsOf(instance), nodes: [], removed, instance };
}
