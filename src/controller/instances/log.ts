/** What the log says of instances: one line an event; a failure once, with its cause and what is next. */
import { getLogger } from "@logtape/logtape";
import { groupKind, type KindRef } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

const logger = getLogger(["kro", "instance"]);

/** Whom a line is about. */
export interface About {
  /** Kind of the instance. */
  kind: KindRef;
  /** Namespace, unless it is cluster-scoped. */
  namespace?: string;
  /** Name. */
  name?: string;
  /** The RGD, when one serves it. */
  graph?: string;
}

/** A pass came to its end; `before` is the state that the instance had. No values of objects. */
export function logPass(about: About, before: string, outcome: Outcome, seconds: number): void {
  const { state, next, nodes, removed, revision } = outcome;
  const told = { ...naming(about), state, revision, duration: seconds };
  logger.debug("pass over {kind} {instance}: {state}", told);
  if (before !== state) {
    const waits = next.kind === "wait" ? { reason: next.reason } : {};
    logger.info("{kind} {instance} is {state}", { ...told, ...waits });
  }
  if (!logger.isEnabledFor("debug")) return;
  const each = { ...naming(about), revision };
  for (const node of nodes) {
    for (const object of node.objects.filter(isChange)) {
      logger.debug("{kind} {instance}: {object} {action}", {
        ...each,
        node: node.id,
        object: nameOf(object),
        action: object.action,
      });
    }
    const { id, state, reason } = node;
    logger.trace("{kind} {instance}: node {node} is {state}", { ...each, node: id, state, reason });
  }
  for (const object of removed) {
    logger.debug("{kind} {instance}: {object} {action}", {
      ...each,
      object: nameOf(object),
      action: object.action,
    });
  }
}

/** It fails otherwise than before. `outcome` is absent when the pass itself broke off. */
export function logFailure(about: About, error: string, outcome?: Outcome): void {
  const failed = outcome?.nodes.filter((node) => node.state === "Failed").map(({ id }) => id) ?? [];
  logger.error("{kind} {instance} failed and is tried again, later each time: {error}", {
    ...naming(about),
    error,
    revision: outcome?.revision,
    node: failed.length > 0 ? failed.join(",") : undefined,
    next: nextStep(error),
  });
}

/** It failed before, and does no longer. */
export function logRecovery(about: About): void {
  logger.info("{kind} {instance} recovered", naming(about));
}

/** An object that was there before belongs to the instance now. */
export function logAdoption(about: About, object: Omit<ObjectOutcome, "action">): void {
  logger.info("{kind} {instance} adopted {object}, which belonged to nobody", {
    ...naming(about),
    object: nameOf(object),
  });
}

/** What the reader can do, where that is known. */
function nextStep(error: string): string | undefined {
  // The API server's own words for a missing right (RBAC).
  if (/is forbidden: User "[^"]*" cannot /.test(error)) {
    return "grant kro that right, by a ClusterRole labelled rbac.kro.run/aggregate-to-controller=true";
  }
  return undefined;
}

function naming({ kind, namespace, name, graph }: About): Record<string, unknown> {
  const instance = namespace ? `${namespace}/${name}` : name;
  return { graph, kind: groupKind(kind), instance };
}

function nameOf({ kind, namespace, name }: Omit<ObjectOutcome, "action">): string {
  return namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

function isChange({ action }: ObjectOutcome): boolean {
  return action !== "unchanged" && action !== "observed";
}
