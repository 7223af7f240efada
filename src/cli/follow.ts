/**
 * Waits until a running operator has reconciled the objects of a command, and reports the status that the
 * operator writes.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
  conditionsOf,
  findCondition,
  isObject,
  type KubeObject,
  type ObjectRef,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { isCrdRefused } from "../publish/mod.ts";
import { unresolvedReason } from "../reconcile/mod.ts";
import { isOfKind, type Report } from "./report.ts";
import type { Session } from "./session.ts";

const POLL_MS = 500;

/**
 * The time for which an instance must have the same condition GraphResolved=False before the command stops
 * waiting, in milliseconds. Directly after a change of the RGD, the condition still describes the previous
 * RGD, until the operator has processed the instance again.
 */
const UNRESOLVED_MS = 5000;

/**
 * Waits until every object is ready in its present generation, or until `timeoutMs` milliseconds have passed.
 * Stops waiting for an object that stays rejected until a user changes the object or its RGD.
 *
 * @param unresolvedMs How long an instance must have the same condition GraphResolved=False to count as
 * rejected, in milliseconds.
 */
export async function followReady(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
  timeoutMs: number,
  unresolvedMs: number = UNRESOLVED_MS,
): Promise<void> {
  const unresolved = new Map<ObjectRef, { message: string; since: number }>();
  /** Returns how long the instance has had the same failure, in milliseconds. */
  const age = (ref: ObjectRef, message: string): number => {
    const now = performance.now();
    if (unresolved.get(ref)?.message !== message) unresolved.set(ref, { message, since: now });
    return now - unresolved.get(ref)!.since;
  };
  await poll(session, refs, timeoutMs, (ref, object, late) => {
    if (!object) {
      report.ended(ref, "not found", undefined, true);
      return true;
    }
    const readiness = readinessOf(object);
    const { state, message = "" } = readiness;
    const isRejected = readiness.verdict === "unresolved" && age(ref, message) >= unresolvedMs;
    const verdict = readiness.verdict === "unresolved" && !isRejected
      ? "waiting"
      : readiness.verdict;
    const stuck = verdict === "waiting" && late;
    report.progress(ref, state || "waiting", stuck ? `timed out; ${message}` : message);
    if (verdict === "waiting" && !late) return false;
    report.ended(ref, state || "timed out", object, verdict !== "ready");
    return true;
  });
}

/**
 * Waits until every object is deleted, or until `timeoutMs` milliseconds have passed. An object with another UID
 * is a new object, which another client has created under the same name.
 *
 * @param before The objects as they were before the deletion. The report gets them when they are deleted.
 */
export async function followGone(
  session: Session,
  before: ReadonlyMap<ObjectRef, KubeObject>,
  report: Report,
  timeoutMs: number,
): Promise<void> {
  await poll(session, [...before.keys()], timeoutMs, (ref, object, late) => {
    const deleted = before.get(ref)!;
    if (object?.metadata.uid !== deleted.metadata.uid) {
      report.ended(ref, "deleted", deleted);
      return true;
    }
    const { finalizers = [] } = object!.metadata;
    const left = finalizers.length > 0 ? `finalizers ${finalizers.join(", ")}` : "no finalizers";
    report.progress(ref, "DELETING", late ? `timed out; ${left}` : left);
    if (late) report.ended(ref, "DELETING", object, true);
    return late;
  });
}

/**
 * Reads each object every POLL_MS milliseconds until `check` returns true for the object.
 *
 * @param check Called with each object that was read, or undefined when the object does not exist. `late`
 * is true when the timeout has passed; `check` must then return true.
 */
async function poll(
  session: Session,
  refs: readonly ObjectRef[],
  timeoutMs: number,
  check: (ref: ObjectRef, object: KubeObject | undefined, late: boolean) => boolean,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  await Promise.all(refs.map(async (ref) => {
    for (;;) {
      const late = performance.now() > deadline;
      if (check(ref, await session.client.get(ref), late)) return;
      await delay(POLL_MS);
    }
  }));
}

/**
 * Returns whether an RGD or an instance is ready. Only conditions of the object's present generation count.
 */
function readinessOf(object: KubeObject): {
  state: string;
  verdict: "ready" | "rejected" | "unresolved" | "waiting";
  message?: string;
} {
  const status = isObject(object.status) ? object.status : {};
  const conditions = conditionsOf(object);
  const state = typeof status.state === "string" ? status.state : "";
  const { generation = 0 } = object.metadata;
  const current = (type: string) => {
    const condition = findCondition(conditions, type);
    return (condition?.observedGeneration ?? 0) >= generation ? condition : undefined;
  };
  const ready = current("Ready");
  // If an RGD declares its own conditions, its instances may have no condition Ready. The state ACTIVE then
  // means that the instance is ready.
  const authored = conditions.length > 0 && !findCondition(conditions, "Ready");
  if (ready?.status === "True" || (authored && state === "ACTIVE")) {
    return { state, verdict: "ready" };
  }
  const message = ready ? ready.message : "no Ready condition for this generation yet";
  // An RGD that is rejected becomes ready only after a user has changed it or its CRD, so the command stops
  // waiting.
  const rejected = current("GraphAccepted")?.status === "False" ||
    (isOfKind(object, RGD_KIND) && isCrdRefused(object as ResourceGraphDefinition));
  if (rejected) return { state, verdict: "rejected", message };
  const failure = unresolvedReason(object);
  return failure === undefined
    ? { state, verdict: "waiting", message }
    : { state, verdict: "unresolved", message: failure };
}
