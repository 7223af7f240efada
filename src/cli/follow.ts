/** Leaves reconciling to the controller that is there: waits for what it writes, and reports it. */
import { setTimeout as delay } from "node:timers/promises";
import { type Condition, findCondition, isObject, type ObjectRef } from "../api/mod.ts";
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
  const deadline = performance.now() + timeoutMs;
  await Promise.all(refs.map(async (ref) => {
    for (;;) {
      const object = await session.client.get(ref);
      if (!object) return report.ended(ref, "not found", undefined, true);
      const status = isObject(object.status) ? object.status : {};
      const conditions = (status.conditions ?? []) as unknown as Condition[];
      const { generation } = object.metadata;
      const ready = current(findCondition(conditions, "Ready"), generation);
      const accepted = current(findCondition(conditions, "GraphAccepted"), generation);
      const state = typeof status.state === "string" ? status.state : "";
      report.progress(
        ref,
        state || "waiting",
        ready?.status === "False" ? ready.message : undefined,
      );
      if (ready?.status === "True") return report.ended(ref, state, object);
      // A rejected spec does not become right by waiting.
      if (accepted?.status === "False") return report.ended(ref, state, object, true);
      if (performance.now() > deadline) {
        report.progress(
          ref,
          state || "waiting",
          `timed out; ${ready?.message ?? "no Ready condition"}`,
        );
        return report.ended(ref, state || "timed out", object, true);
      }
      await delay(POLL_MS);
    }
  }));
}

/** Waits until every object is gone. */
export async function followGone(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  await Promise.all(refs.map(async (ref) => {
    for (;;) {
      const object = await session.client.get(ref);
      if (!object) return report.ended(ref, "deleted");
      report.progress(ref, "DELETING", `finalizers ${object.metadata.finalizers?.join(", ")}`);
      if (performance.now() > deadline) return report.ended(ref, "DELETING", object, true);
      await delay(POLL_MS);
    }
  }));
}

function current(condition: Condition | undefined, generation = 0): Condition | undefined {
  return (condition?.observedGeneration ?? 0) >= generation ? condition : undefined;
}
