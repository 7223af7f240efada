/** Leaves reconciling to the controller that is there: waits for what it writes, and reports it. */
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

/** Waits until every object is Ready for its present generation; the report says which are not. */
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
    const { state, verdict, message } = standing(object);
    const stuck = verdict === "waiting" && late;
    report.progress(ref, state || "waiting", stuck ? `timed out; ${message}` : message);
    if (verdict === "waiting" && !late) return false;
    report.ended(ref, state || "timed out", object, verdict !== "ready");
    return true;
  });
}

/** Waits until every object is gone. */
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

/** Looks at each object again and again until `look` says that this was the end of it. */
async function poll(
  session: Session,
  refs: readonly ObjectRef[],
  timeoutMs: number,
  look: (ref: ObjectRef, object: KubeObject | undefined, late: boolean) => boolean,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  await Promise.all(refs.map(async (ref) => {
    for (;;) {
      const late = performance.now() > deadline;
      if (look(ref, await session.client.get(ref), late)) return;
      await delay(POLL_MS);
    }
  }));
}

/** How an RGD or instance stands, by what its controller wrote for the present generation. */
function standing(object: KubeObject): {
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
  // An RGD's author may declare other conditions; then the state has to do.
  const authored = conditions.length > 0 && !findCondition(conditions, "Ready");
  if (ready?.status === "True" || (authored && state === "ACTIVE")) {
    return { state, verdict: "ready" };
  }
  const message = ready ? ready.message : "no Ready condition for this generation yet";
  // A rejected spec does not become right by waiting.
  const rejected = current("GraphAccepted")?.status === "False";
  return { state, verdict: rejected ? "rejected" : "waiting", message };
}
