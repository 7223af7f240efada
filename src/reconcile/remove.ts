/**
 * Deletes the objects of an instance by its inventory alone, without graph or schemas: so deletion
 * also works while the RGD is broken, suspended or gone.
 */
import {
  Annotation,
  ApiError,
  conditionsOf,
  FINALIZER,
  isNotFound,
  type KubeObject,
  refText,
} from "../api/mod.ts";
import { deletingStatus } from "./derive_status.ts";
import { patchMetadata } from "./instance_writes.ts";
import { applySetId, inventoryFault, readInventory } from "./inventory.ts";
import { hasFinalizer } from "./labels.ts";
import { deleteMember, listMembers, type Member, type MemberQuery, remain } from "./members.ts";
import type { Next, ObjectOutcome, Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import { writeStatus } from "./status.ts";

/**
 * One pass over an instance that is being deleted. Deletes the wave with the highest apply order, the
 * next one when that is gone, and removes the finalizer last. Rejects only on bugs.
 */
export async function remove(pass: Pass): Promise<Outcome> {
  const { kind, instance, cluster } = pass;
  const removed: ObjectOutcome[] = [];
  if (!hasFinalizer(instance)) return outcomeOf(pass, removed, { kind: "done" });
  const invalid = inventoryFault(kind, instance);
  if (invalid) return await blocked(pass, removed, `validate deletion inventory: ${invalid}`);
  const query: MemberQuery = {
    cluster,
    instance,
    applySetId: applySetId(kind, instance),
    inventory: readInventory(instance),
  };
  try {
    const members = await listMembers(query, false);
    return await deleteWaves(pass, query, members, removed);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return await blocked(pass, removed, error.message);
  }
}

/** Deletes wave after wave as long as each is gone at once, then removes the finalizer. */
async function deleteWaves(
  pass: Pass,
  query: MemberQuery,
  members: readonly Member[],
  removed: ObjectOutcome[],
): Promise<Outcome> {
  // A cache may lag behind: only an empty live list allows the finalizer to be removed.
  const left = members.length > 0 ? members : await listMembers(query, true);
  if (left.length === 0) return await release(pass, removed);
  const { order, wave, lower } = highestWave(left);
  const leaving = wave.filter((m) => m.object.metadata.deletionTimestamp !== undefined);
  // A status that cannot be written holds up no deletion; the next pass derives it again.
  await writeStatus(pass, deletingStatus(pass, leavingText(leaving)));
  const results = await Promise.all(wave.map((m) => deleteMember(pass.cluster, m, "deleted")));
  removed.push(...results.flatMap((r) => r.outcome ? [r.outcome] : []));
  if (results.some((r) => r.conflict)) {
    const reason = "deletion encountered UID conflicts; retrying";
    return await blocked(pass, removed, reason, { kind: "wait", reason, timed: true });
  }
  // No object is deleted twice, so the recursion ends: objects that were terminating are waited for.
  if (leaving.length < wave.length && !await remain(query, wave)) {
    return await deleteWaves(pass, query, lower, removed);
  }
  const reason = `deleting apply-order wave ${order}`;
  return outcomeOf(pass, removed, { kind: "wait", reason, objects: wave.map((m) => m.ref) });
}

/** Removes the finalizer; the instance is gone unless it has other finalizers. */
async function release(pass: Pass, removed: ObjectOutcome[]): Promise<Outcome> {
  let left: KubeObject | undefined;
  try {
    left = await patchMetadata(pass, (fresh) => {
      if (!hasFinalizer(fresh)) return undefined;
      return { finalizers: fresh.metadata.finalizers!.filter((f) => f !== FINALIZER) };
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const isHeld = (left?.metadata.finalizers?.length ?? 0) > 0;
  return {
    ...outcomeOf(pass, removed, { kind: "done" }),
    instance: isHeld ? left : undefined,
  };
}

async function blocked(
  pass: Pass,
  removed: ObjectOutcome[],
  why: string,
  next?: Next,
): Promise<Outcome> {
  const message = `deletion blocked: ${why}`;
  await writeStatus(pass, deletingStatus(pass, message));
  return outcomeOf(pass, removed, next ?? { kind: "retry", error: message });
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

/** The apply order that the object was annotated with; 0 without a valid one. */
function waveOf({ object }: Member): number {
  const order = Number(object.metadata.annotations?.[Annotation.applyOrder]);
  return Number.isInteger(order) && order > 0 ? order : 0;
}

/** The outcome with the conditions in the cluster. */
function outcomeOf({ instance }: Pass, removed: ObjectOutcome[], next: Next): Outcome {
  return {
    state: "DELETING",
    conditions: conditionsOf(instance),
    nodes: [],
    removed,
    instance,
    next,
  };
}
