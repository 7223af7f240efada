/**
 * Deletes the objects of an instance. The inventory in the instance's annotations suffices to find them,
 * without a graph or schemas. Deletion therefore works even if the RGD is invalid, suspended or deleted. A
 * graph only helps to find objects whose labels another client edited while kro was not running.
 */
import {
  Annotation,
  ApiError,
  conditionsOf,
  FINALIZER,
  isNotFound,
  type KubeObject,
  refText,
  shortened,
} from "../api/mod.ts";
import { refusalOf } from "./confidential.ts";
import { deletingStatus } from "./derive_status.ts";
import { patchMetadata } from "./instance_writes.ts";
import { applySetId, inventoryFault, readInventory } from "./inventory.ts";
import { hasFinalizer, namesInstance } from "./labels.ts";
import { lostMembers } from "./lost_members.ts";
import { deleteMember, listMembers, type Member, type MemberQuery, remain } from "./members.ts";
import type { Graph } from "../graph/mod.ts";
import type { Next, ObjectOutcome, Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import { writeStatus } from "./status.ts";

/**
 * Runs a pass over an instance that is being deleted.
 *
 * The objects of the instance are deleted in waves, starting with the highest apply order. A wave starts
 * when all objects of the previous wave are gone. kro's finalizer is removed after the last wave. The
 * promise rejects only on a programming error.
 *
 * @param graph The graph of the instance's kind; absent when the kind has no usable graph.
 */
export async function remove(pass: Pass, graph?: Graph): Promise<Outcome> {
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
    const listed = await listMembers(query, false);
    const mayBeLost = graph && pass.context.isUnobserved;
    const lost = mayBeLost ? await lostMembers(graph, pass, query, listed) : [];
    const members = [...listed, ...lost];
    return await deleteWaves(pass, query, members, removed);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return await blocked(pass, removed, refusalOf(pass, error));
  }
}

/**
 * Deletes the objects of the highest wave. When all objects of this wave are gone, the next wave follows in
 * the same pass. When the instance has no objects left, kro's finalizer is removed.
 */
async function deleteWaves(
  pass: Pass,
  query: MemberQuery,
  members: readonly Member[],
  removed: ObjectOutcome[],
): Promise<Outcome> {
  // The cache may lag behind the API server, so the finalizer may be removed only after a list from the API
  // server is empty.
  const left = members.length > 0 ? members : await listMembers(query, true);
  if (left.length === 0) return await release(pass, removed);
  const { order, wave, lower } = highestWave(left);
  const leaving = wave.filter((m) => m.object.metadata.deletionTimestamp !== undefined);
  // A failure to write the status does not stop the deletion. The next pass derives the status again.
  await writeStatus(pass, deletingStatus(pass, leavingText(leaving)));
  const results = await Promise.all(wave.map((m) => deleteMember(pass.cluster, m, "deleted")));
  for (const { outcome } of results) if (outcome) removed.push(outcome);
  if (results.some((r) => r.conflict)) {
    const reason = "deletion encountered UID conflicts; retrying";
    return await blocked(pass, removed, reason, { kind: "wait", reason, timed: true });
  }
  // The recursion ends, because a further call follows only if this call has deleted at least one object.
  if (leaving.length < wave.length && !await remain(query, wave)) {
    return await deleteWaves(pass, query, lower, removed);
  }
  const reason = `deleting apply-order wave ${order}`;
  const timed = !wave.every((m) => namesInstance(m.object, pass.kind, pass.instance));
  return outcomeOf(pass, removed, {
    kind: "wait",
    reason,
    objects: wave.map((m) => m.ref),
    ...(timed && { timed }),
  });
}

/**
 * Removes kro's finalizer from the instance. The instance then disappears, unless it has other finalizers.
 */
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
  const message = shortened(`deletion blocked: ${why}`);
  await writeStatus(pass, deletingStatus(pass, message));
  return outcomeOf(pass, removed, next ?? { kind: "retry", error: message });
}

function leavingText(leaving: readonly Member[]): string {
  const held = leaving.filter((m) => (m.object.metadata.finalizers?.length ?? 0) > 0)
    .map((m) => `${refText(m.ref)} (finalizers: ${m.object.metadata.finalizers!.join(", ")})`);
  return held.length === 0
    ? "deleting resources"
    : shortened(`deleting resources: waiting for ${held.sort().join(", ")}`);
}

function highestWave(
  members: readonly Member[],
): { order: number; wave: Member[]; lower: Member[] } {
  const order = members.reduce((highest, member) => Math.max(highest, waveOf(member)), 0);
  const { wave = [], lower = [] } = Object.groupBy(
    members,
    (m) => waveOf(m) === order ? "wave" : "lower",
  );
  return { order, wave, lower };
}

/**
 * Returns the wave in which an object is deleted: the apply order in the object's annotation, or 0 without
 * a valid annotation.
 */
function waveOf({ object }: Member): number {
  const order = Number(object.metadata.annotations?.[Annotation.applyOrder]);
  return Number.isInteger(order) && order > 0 ? order : 0;
}

/**
 * Returns the outcome of a pass over an instance that is being deleted. The conditions are those of the
 * instance in the cluster.
 */
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
