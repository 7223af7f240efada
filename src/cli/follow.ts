/** Waits until a running controller has reconciled objects, and reports the status that it writes. */
import { setTimeout as delay } from "node:timers/promises";
import {
  type Condition,
  findCondition,
  isObject,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import type { Report } from "./report.ts";
import type { Session } from "./session.ts";

const POLL_MS = 500;

/** Waits until every object is Ready for its present generation, for at most `timeoutMs` milliseconds. */
export async function followReady(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
  timeoutMs: number,
): Promise<void> {
  await poll(session, refs, timeoutMs, (ref, object, late) => {
    if (!object) {
      report.ended(ref, "not found", undefined, true);
      return true;
    }
    const { state, verdict, message } = readinessOf(object);
    const stuck = verdict === "waiting" && late;
    report.progress(ref, state || "waiting", stuck ? `timed out; ${message}` : message);
    if (verdict === "waiting" && !late) return false;
    report.ended(ref, state || "timed out", object, verdict !== "ready");
    return true;
  });
}

/** Waits until every object is deleted, for at most `timeoutMs` milliseconds. */
export async function followGone(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
  timeoutMs: number,
): Promise<void> {
  await poll(session, refs, timeoutMs, (ref, object, late) => {
    if (object) {
      const left = `finalizers ${object.metadata.finalizers?.join(", ")}`;
      report.progress(ref, "DELETING", late ? `timed out; ${left}` : left);
      if (!late) return false;
    }
    report.ended(ref, object ? "DELETING" : "deleted", object, object !== undefined);
    return true;
  });
}

/** Reads each object every POLL_MS until `check` returns true. `late` is true after the timeout. */
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

/** Returns the readiness of an RGD or instance, by the conditions of its present generation. */
function readinessOf(object: KubeObject): {
  state: string;
  verdict: "ready" | "rejected" | "waiting";
  message?: string;
} {
  const status = isObject(object.status) ? object.status : {};
  const conditions = (status.conditions ?? []) as unknown as Condition[];
  const state = typeof status.state === "string" ? status.state : "";
  const { generation = 0 } = object.metadata;
  const current = (type: string) => {
    const condition = findCondition(conditions, type);
    return (condition?.observedGeneration ?? 0) >= generation ? condition : undefined;
  };
  const ready = current("Ready");
  // An instance whose RGD declares conditions of its own may lack Ready: then the state decides.
  const authored = conditions.length > 0 && !findCondition(conditions, "Ready");
  if (ready?.status === "True" || (authored && state === "ACTIVE")) {
    return { state, verdict: "ready" };
  }
  const message = ready ? ready.message : "no Ready condition for this generation yet";
  // A rejected RGD stays rejected until its spec changes.
  const rejected = current("GraphAccepted")?.status === "False";
  return { state, verdict: rejected ? "rejected" : "waiting", message };
}
