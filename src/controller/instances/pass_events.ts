/** Derives the Events of a pass: changed conditions, written objects, a failure. Pure. */
import type { Condition } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

/** Type, reason and message of one Event. */
export interface PassEvent {
  /** Type of a Kubernetes Event. */
  type: "Normal" | "Warning";
  /** Reason, in CamelCase. */
  reason: string;
  /** Message for people, of at most {@link MESSAGE_LENGTH} characters. */
  message: string;
}

/** Longest message of an Event that Kubernetes accepts, in characters. */
export const MESSAGE_LENGTH = 1024;

/** Maximum number of objects that a message names. */
const NAMED = 5;

/**
 * One Event for each condition whose status changed, with upstream's reason and message, one each for the
 * objects that the pass created, updated and pruned, and one for the failure.
 *
 * @param before The conditions before the pass.
 * @param after The conditions that the pass wrote.
 * @param failure Why the pass failed; absent unless that is new.
 */
export function eventsOf(
  before: readonly Condition[],
  after: readonly Condition[],
  outcome: Outcome,
  failure?: string,
): PassEvent[] {
  const objects = outcome.nodes.flatMap((node) => node.objects);
  const having = (action: ObjectOutcome["action"]) => objects.filter((o) => o.action === action);
  return [
    ...objectNews("Created", "created", having("created")),
    ...objectNews("Updated", "updated", having("configured")),
    ...objectNews("Pruned", "pruned", outcome.removed.filter((o) => o.action === "pruned")),
    ...(failure === undefined ? [] : [{ type: "Warning", reason: "Failed", message: failure }]),
    ...after.flatMap((condition) => transition(before, condition)),
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
  before: readonly Condition[],
  { type, status, reason }: Condition,
): PassEvent[] {
  const old = before.find((condition) => condition.type === type)?.status;
  if (old === status) return [];
  const message = `${old ?? "none"} -> ${status}: ${reason ?? ""}`;
  return [{ type: status === "True" ? "Normal" : "Warning", reason: type, message }];
}

function cut(message: string): string {
  return message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH - 1)}…`;
}
