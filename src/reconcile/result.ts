/** The result of one step of a pass (a value or a fault), and the result of a node. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeState, ObjectOutcome } from "./outcome.ts";

/** The reason why a step of a pass returns no value. */
export interface Fault {
  /** The state that the node gets because of the fault. */
  state: Exclude<NodeState, "Ready">;
  /** The error message of the fault. Conditions show the message with a prefix that depends on the state. */
  message: string;
  /**
   * Whether the fault is a refusal of the API server, in response to an apply or a read of an object.
   * Conditions show such a fault with the id of the node.
   */
  fromApply?: boolean;
  /**
   * Whether the instance is requeued with exponential backoff. True when no watch event would report that
   * the node can continue.
   */
  retry?: boolean;
  /**
   * Whether the state of the instance is IN_PROGRESS instead of ERROR because of this fault. The state is
   * still ERROR when another fault without `soft` exists.
   */
  soft?: boolean;
}

/** Either a value or a fault. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** A report that another field manager keeps reverting a field of one of the node's objects. */
export interface RevertNotice {
  /** The message, which names the object, the field and the field manager. */
  message: string;
  /** The delay after which the object must be requeued, in milliseconds. See {@link RevertedField.dueMs}. */
  dueMs: number;
}

/** The result of running a graph node. */
export interface NodeResult {
  /** The node that ran. */
  node: Node;
  /** The state of the node. */
  state: NodeState;
  /** The reason why the node is not Ready; absent when the node is Ready or Skipped. */
  fault?: Fault;
  /** The live objects of the node, as expressions read them; absent when no object was observed. */
  observed?: KubeObject[];
  /** What was done to each object of the node. */
  objects: ObjectOutcome[];
  /** Reports of fields that another field manager keeps reverting in the node's objects. */
  reverted?: RevertNotice[];
  /** The resourceVersions after kro's own last writes to the node's objects, as far as they are known. */
  revisions?: string[];
  /**
   * Whether dependents may read the live objects although the node failed. True when two conditions hold:
   *
   * - The node failed only because the API server refused to update objects.
   * - All objects of the node exist, are members of the instance's ApplySet and pass readyWhen.
   */
  usable?: boolean;
  /**
   * Whether all objects of the node are applied or read, or the node is skipped. Objects are pruned only
   * when all nodes are complete.
   */
  complete: boolean;
}

/** Reports whether dependents may read the node's live objects. */
export function isUsable({ state, usable }: NodeResult): boolean {
  return state === "Ready" || (usable ?? false);
}

/** Wraps a value in a result. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Returns a failed result with the given fault. */
export function fail(
  state: Fault["state"],
  message: string,
  more: Partial<Fault> = {},
): { ok: false; fault: Fault } {
  return { ok: false, fault: { state, message, ...more } };
}

/** The end of the message of a fault because of which kro waits for data of other objects. */
const DATA_PENDING = " (data pending)";

/**
 * Returns the message of a fault because of which kro waits for data of other objects. If the message quotes
 * such a fault of another node at its end, the suffix is not repeated.
 */
export function dataPending(message: string): string {
  return message.endsWith(DATA_PENDING) ? message : message + DATA_PENDING;
}
