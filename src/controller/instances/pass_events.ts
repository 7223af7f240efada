/** What a pass over an instance did that is worth an Event: conditions that changed, objects, failures. Pure. */
import type { Condition } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

/** One Event, without its object. */
export interface News {
  /** Kubernetes' two types. */
  type: "Normal" | "Warning";
  /** One CamelCase word. */
  reason: string;
  /** For people, at most {@link MESSAGE_LENGTH} characters. */
  message: string;
}

/** What Kubernetes takes. */
export const MESSAGE_LENGTH = 1024;

/** How many objects a message names. */
const NAMED = 5;

/**
 * One Event for each condition whose status changed, in upstream's words, and one for all objects that
 * the pass created, updated or pruned. `before` are the conditions as they stood, `after` as written.
 */
export function newsOf(
  before: readonly Condition[],
  after: readonly Condition[],
  outcome: Outcome,
  failure?: string,
): News[] {
  const objects = outcome.nodes.flatMap((node) => node.objects);
  const having = (action: ObjectOutcome["action"]) => objects.filter((o) => o.action === action);
  return [
    ...objectNews("Created", "created", having("created")),
    ...objectNews("Updated", "updated", having("configured")),
    ...objectNews("Pruned", "pruned", outcome.removed.filter((o) => o.action === "pruned")),
    ...(failure === undefined ? [] : [{ type: "Warning", reason: "Failed", message: failure }]),
    ...after.flatMap((condition) => transition(before, condition)),
  ].map((news) => ({ ...news, message: cut(news.message) } as News));
}

function objectNews(reason: string, verb: string, objects: readonly ObjectOutcome[]): News[] {
  if (objects.length === 0) return [];
  const names = objects.slice(0, NAMED).map(({ kind, namespace, name }) =>
    `${kind} ${namespace ? `${namespace}/${name}` : name}`
  );
  const more = objects.length > NAMED ? ` and ${objects.length - NAMED} more` : "";
  return [{ type: "Normal", reason, message: `${verb} ${names.join(", ")}${more}` }];
}

function transition(before: readonly Condition[], { type, status, reason }: Condition): News[] {
  const old = before.find((condition) => condition.type === type)?.status;
  if (old === status) return [];
  const message = `${old ?? "none"} -> ${status}: ${reason ?? ""}`;
  return [{ type: status === "True" ? "Normal" : "Warning", reason: type, message }];
}

function cut(message: string): string {
  return message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH - 1)}…`;
}
