/** Explains the state of a live object by its conditions, its Events and its deletion. */
import {
  type Condition,
  conditionsOf,
  joinLines,
  type KubeObject,
  shortened,
} from "../../api/mod.ts";
import { objectText } from "../plan/text.ts";
import type { Facts } from "./facts.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { finalizerSteps } from "./steps.ts";

/** The greatest number of Events of one object in an explanation. */
const MAX_EVENTS = 3;

/**
 * Matches the types of conditions that describe a problem if their status is True, such as `ReplicaFailure`.
 * Conditions of all other types describe a problem if their status is False or Unknown.
 */
const NEGATIVE =
  /fail|error|degraded|stalled|pressure|unavailable|unhealthy|terminating|conflict|blocked|notready/i;

/** Returns the conditions of an object that describe a problem. */
export function problemConditions(object: KubeObject): Condition[] {
  return conditionsOf(object).filter(({ type, status }) =>
    status === "Unknown" || (NEGATIVE.test(type) ? status === "True" : status === "False")
  );
}

/** Formats a condition, such as `Available=False, MinimumReplicasUnavailable: no replica is available`. */
export function conditionText({ type, status, reason, message }: Condition): string {
  const text = joinLines([reason, message].filter(Boolean).join(": "), "; ");
  return `${type}=${status}${text ? `, ${text}` : ""}`;
}

/** Explains why an object is not ready: its deletion, its conditions, and its latest warning Events. */
export function objectProblems(facts: Facts, object: KubeObject): Explanation[] {
  const name = nameOf(object);
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const found: Explanation[] = [];
  if (deletionTimestamp !== undefined) {
    found.push(explanation("object", deletionText(objectText(name), finalizers), {
      object: name,
      time: deletionTimestamp,
    }));
  }
  for (const condition of problemConditions(object)) {
    const text = `${objectText(name)} has the condition ${conditionText(condition)}`;
    found.push(explanation("condition", text, {
      object: name,
      time: condition.lastTransitionTime,
    }));
  }
  const events = facts.observation.events?.(name) ?? [];
  const warnings = events.filter(({ type }) => type === "Warning").slice(0, MAX_EVENTS);
  // Some controllers report a problem as a normal Event, such as FailedBinding of a PersistentVolumeClaim.
  const shown = warnings.length > 0 || found.length > 0 ? warnings : events.slice(0, 1);
  for (const each of shown) found.push(event(each));
  return deletionTimestamp === undefined ? found : [...found, ...finalizerSteps(finalizers)];
}

/** Returns the statement that an object is being deleted, with the finalizers that delay its deletion. */
export function deletionText(object: string, finalizers: readonly string[]): string {
  const held = finalizers.length > 0 ? `, held by its finalizers ${finalizers.join(", ")}` : "";
  return `${object} is being deleted${held}`;
}

/** Returns the statement about an Event (core/v1 Event). */
export function event(object: KubeObject): Explanation {
  const { type, reason, message, count } = object as Record<string, unknown>;
  const times = typeof count === "number" && count > 1 ? ` (${count} times)` : "";
  const text = `event ${type} ${reason}${times}: ${
    shortened(String(message ?? "").replaceAll(/\s+/g, " "))
  }`;
  return explanation("event", text, { time: eventTime(object) });
}

/** Returns the time at which an Event was last recorded. */
export function eventTime(object: KubeObject): string | undefined {
  const { lastTimestamp, eventTime, series } = object as Record<string, unknown>;
  const last = (series as { lastObservedTime?: unknown } | undefined)?.lastObservedTime;
  const time = last ?? lastTimestamp ?? eventTime ?? object.metadata.creationTimestamp;
  return typeof time === "string" ? time : undefined;
}
