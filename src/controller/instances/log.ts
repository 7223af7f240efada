/** Log lines about instances. Values of objects are never logged: they may be secret. */
import { getLogger } from "@logtape/logtape";
import { durationText, groupKind, type KindRef } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

const logger = getLogger(["kro", "instance"]);

/** The instance that a line is about. */
export interface About {
  /** Its kind. */
  kind: KindRef;
  /** Its namespace; absent when it is cluster-scoped. */
  namespace?: string;
  /** Its name. */
  name?: string;
  /** Name of the RGD that serves its kind. */
  graph?: string;
}

/**
 * Logs the result of a pass: a change of state as info, the rest as debug and trace. `before` is the
 * state that the instance had, `seconds` how long the pass took.
 */
export function logPass(about: About, before: string, outcome: Outcome, seconds: number): void {
  const { state, next, nodes, removed, revision } = outcome;
  const fields = { ...naming(about), state, revision, duration: durationText(seconds * 1000) };
  logger.debug("pass over {kind} {instance}: {state}", fields);
  if (before !== state) {
    const waits = next.kind === "wait" ? { reason: next.reason } : {};
    logger.info("{kind} {instance} is {state}", { ...fields, ...waits });
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

/** Logs a failure whose message differs from the last one. `outcome` is absent when the pass threw. */
export function logFailure(about: About, error: string, outcome?: Outcome): void {
  const failed = outcome?.nodes.filter((node) => node.state === "Failed").map(({ id }) => id) ?? [];
  logger.error("{kind} {instance} failed, retrying with backoff: {error}", {
    ...naming(about),
    error,
    revision: outcome?.revision,
    node: failed.length > 0 ? failed.join(",") : undefined,
    next: nextStep(error),
  });
}

/** Logs the first success after failures. */
export function logRecovery(about: About): void {
  logger.info("{kind} {instance} recovered", naming(about));
}

/** Logs that an existing object without an owner now belongs to the instance. */
export function logAdoption(about: About, object: Omit<ObjectOutcome, "action">): void {
  logger.info("{kind} {instance} adopted {object}, which had no owner", {
    ...naming(about),
    object: nameOf(object),
  });
}

/** Advice for errors with a known remedy. */
function nextStep(error: string): string | undefined {
  // The message of kube-apiserver's RBAC authorizer.
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
