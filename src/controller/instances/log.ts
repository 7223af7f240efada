/** Writes the log lines about instances. Values of objects are never logged, because they may be secret. */
import { getLogger } from "@logtape/logtape";
import { durationText, groupKind, type KindRef } from "../../api/mod.ts";
import type { ObjectOutcome, Outcome } from "../../reconcile/mod.ts";

const logger = getLogger(["kro", "instance"]);

/** The instance that a log line is about. */
export interface About {
  /** The kind of the instance. */
  kind: KindRef;
  /** The namespace of the instance; absent when the instance is cluster-scoped. */
  namespace?: string;
  /** The name of the instance. */
  name?: string;
  /** The name of the RGD that serves the kind of the instance. */
  graph?: string;
}

/**
 * Logs the result of a pass over an instance. If the state of the instance has changed, the result is logged
 * at level info. Further details are logged at levels debug and trace.
 *
 * @param before The state of the instance before the pass.
 * @param seconds The duration of the pass, in seconds.
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

/**
 * Logs a failure of an instance. The caller ensures that the message differs from the message logged last.
 *
 * @param outcome The outcome of the pass; absent when the pass threw an error.
 */
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

/** Logs the first successful pass over an instance after failed passes. */
export function logRecovery(about: About): void {
  logger.info("{kind} {instance} recovered", naming(about));
}

/** Logs that the instance has adopted an existing object that had no owner. */
export function logAdoption(about: About, object: Omit<ObjectOutcome, "action">): void {
  logger.info("{kind} {instance} adopted {object}, which had no owner", {
    ...naming(about),
    object: nameOf(object),
  });
}

/** Returns what the user can do about the error; undefined when the error has no known remedy. */
function nextStep(error: string): string | undefined {
  // The regular expression matches the message of the RBAC authorizer of kube-apiserver.
  if (/is forbidden: User "[^"]*" cannot /.test(error)) {
    return "grant kro the permission, for example by a ClusterRole labeled rbac.kro.run/aggregate-to-controller=true";
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
