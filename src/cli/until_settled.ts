/** Repeats the passes over one instance until the instance is reconciled, deleted or has failed. */
import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject, ObjectRef } from "../api/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { ObjectOutcome, Outcome } from "../reconcile/mod.ts";
import type { Report } from "./report.ts";

/**
 * The number of consecutive failures after which an instance is not retried. Single failures are normal,
 * because other clients may write the same objects at the same time.
 */
const MAX_FAILURES = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;

/** The result of reconciling or deleting one instance, as the report records it. */
export interface Result {
  /** The state of the instance; `deleted` when the instance no longer exists. */
  state: string;
  /** The instance; absent when the instance no longer exists. */
  object?: KubeObject;
  /** Whether the instance failed or timed out. */
  failed: boolean;
}

/** The client, the report and the limits with which {@link untilSettled} works. */
export interface Circumstances {
  /** The client that reads the instance before each pass. */
  client: KubeClient;
  /** The report that receives the progress and the objects of each pass. */
  report: Report;
  /** The time after which no further pass starts, in milliseconds of `performance.now()`. */
  deadline: number;
  /**
   * Whether the passes continue a deletion. If true, the deletion has ended when the instance has no
   * deletionTimestamp: the old instance is gone, and a new instance has the same name.
   */
  isDeletion?: boolean;
}

/**
 * Repeats `pass` with growing pauses until the instance is reconciled, failed or deleted. Stops when `pass`
 * fails more than MAX_FAILURES times in a row, or when the next pause would end after the deadline.
 */
export async function untilSettled(
  ref: ObjectRef,
  pass: (instance: KubeObject) => Promise<Outcome>,
  { client, report, deadline, isDeletion }: Circumstances,
): Promise<Result> {
  let pause = FIRST_PAUSE_MS;
  let failures = 0;
  let seen: string | undefined;
  const removed = new Map<string, ObjectOutcome>();
  const settled = (result: Result): Result => {
    report.removed([...removed.values()]);
    return result;
  };
  const rest = async () => {
    await delay(pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  };
  for (;;) {
    const instance = await client.get(ref);
    const isGone = !instance || (isDeletion && instance.metadata.deletionTimestamp === undefined);
    if (isGone) return settled({ state: "deleted", failed: false });
    const outcome = await pass(instance);
    report.nodes(outcome.nodes);
    report.removed(outcome.removed);
    for (const each of outcome.removed) remember(removed, each);
    const { state, next, instance: object } = outcome;
    if (!object) return settled({ state: "deleted", failed: false });
    const reason = next.kind === "retry" ? next.error : next.kind === "wait" ? next.reason : "";
    report.progress(ref, state, reason);
    if (next.kind === "done") return settled({ state, object, failed: state !== "ACTIVE" });
    failures = next.kind === "retry" ? failures + 1 : 0;
    if (failures > MAX_FAILURES || performance.now() + pause > deadline) {
      const why = reason + heldText(outcome.removed);
      if (failures <= MAX_FAILURES) report.progress(ref, state, `timed out; ${why}`);
      return { state, object, failed: true };
    }
    await rest();
    const awaited = next.kind === "wait" ? next.objects?.[0] : undefined;
    // If the instance waits for several objects, only the first one is polled until it changes. The next pass
    // then reads all of them.
    while (awaited && performance.now() + pause < deadline) {
      const before = seen;
      seen = (await client.get(awaited))?.metadata.resourceVersion;
      if (seen === undefined || seen !== before) break;
      await rest();
    }
  }
}

/**
 * Stores the outcome of a removed object. The stored outcomes are reported after the instance has been
 * deleted. By then, an object that a pass found in deletion is gone, so its outcome is stored as `deleted`.
 */
function remember(removed: Map<string, ObjectOutcome>, object: ObjectOutcome): void {
  const { apiVersion, kind, namespace, name, action } = object;
  const key = `${apiVersion} ${kind} ${namespace ?? ""}/${name}`;
  if (action !== "deleting") removed.set(key, object);
  else if (!removed.has(key)) removed.set(key, { ...object, action: "deleted" });
}

/**
 * Returns the part of an error message that names up to three objects whose finalizers delay the deletion.
 * Returns an empty string when no object has a finalizer.
 */
function heldText(removed: readonly ObjectOutcome[]): string {
  const held = removed.filter(({ finalizers }) => finalizers !== undefined);
  if (held.length === 0) return "";
  const named = held.slice(0, 3).map(({ kind, namespace, name, finalizers }) => {
    const object = [kind, [namespace, name].filter(Boolean).join("/")].join(" ");
    return `${object} (finalizers: ${finalizers!.join(", ")})`;
  });
  const more = held.length > 3 ? ` and ${held.length - 3} more` : "";
  const objects = named.join(", ") + more;
  return `: waiting for ${objects}`;
}
