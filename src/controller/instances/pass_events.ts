/**
 * Derives the Kubernetes Events of a pass: changed conditions, written objects and a failure. All functions
 * are pure.
 */
import type { Condition } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

/** The type, the reason and the message of a Kubernetes Event about an instance. */
export interface PassEvent {
  /** The type of the Event, as Kubernetes defines it. */
  type: "Normal" | "Warning";
  /** The reason of the Event, in CamelCase. */
  reason: string;
  /** The human-readable message of the Event, with at most {@link MESSAGE_LENGTH} characters. */
  message: string;
}

/** The maximum length of an Event's message that Kubernetes accepts, in characters. */
export const MESSAGE_LENGTH = 1024;

/** The maximum number of objects that a message lists by name. */
const NAMED = 5;

/**
 * Returns the Events of a pass. Each condition whose status changed has one Event, with upstream's reason and
 * message. If objects were created, one Event lists them; updated and pruned objects are listed in the same
 * way. If the pass failed, one Event contains the failure.
 *
 * @param before The conditions before the pass.
 * @param after The conditions that the pass wrote.
 * @param failure The reason why the pass failed; absent when the pass succeeded or failed for the same reason
 * as before.
 */
export function eventsOf(
  before: readonly Condition[],
  after: readonly Condition[],
  outcome: Outcome,
  failure?: string,
): PassEvent[] {
  const objects = outcome.nodes.flatMap((node) => node.objects);
  const statuses = new Map(before.map(({ type, status }) => [type, status]));
  const having = (action: ObjectOutcome["action"]) => objects.filter((o) => o.action === action);
  return [
    ...objectNews("Created", "created", having("created")),
    ...objectNews("Updated", "updated", having("configured")),
    ...objectNews("Pruned", "pruned", outcome.removed.filter((o) => o.action === "pruned")),
    ...(failure === undefined ? [] : [{ type: "Warning", reason: "Failed", message: failure }]),
    ...after.flatMap((condition) => transition(statuses.get(condition.type), condition)),
  ].map((news) => ({ ...news, message: cut(news.message) } as PassEvent));
}

function objectNews(reason: string, verb: string, objects: readonly ObjectOutcome[]): PassEvent[] {
  if (objects.length === 0) return [];
  const names = objects.slice(0, NAMED).map(({ kind, namespace, name }) =>
    `${kind} ${namespace ? `${namespace}/${name}` : name}`
  );
  const more = objects.length > NAMED ? ` and ${objects.length - NAMED} more` : "";
  return [{ type: "Normal", reason, message: `${verb} ${names.join(", ")}${more}` }];
}

function transition(
  old: Condition["status"] | undefined,
  { type, status, reason }: Condition,
): PassEvent[] {
  if (old === status) return [];
  const message = `${old ?? "none"} -> ${status}: ${reason ?? ""}`;
  return [{ type: status === "True" ? "Normal" : "Warning", reason: type, message }];
}

function cut(message: string): string {
  return message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH - 1)}…`;
}
