/**
 * The outcome of a pass: what the pass found and did. Metrics, logs, Events, the JSON API and the commands
 * read the outcome.
 */
import type { Condition, KubeObject, ObjectRef } from "../api/mod.ts";
import type { ApplyAction } from "./cluster.ts";

/** The possible values of an instance's `status.state`. */
export const INSTANCE_STATES = ["ACTIVE", "IN_PROGRESS", "ERROR", "DELETING"] as const;

/** The value of an instance's `status.state`. */
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** The state of a graph node after a pass. */
export type NodeState =
  /** All objects of the node are applied and ready. */
  | "Ready"
  /** The objects of the node are applied, but not ready yet. */
  | "Waiting"
  /** An expression of the node reads a field or an object that does not exist yet. */
  | "Pending"
  /** The node is excluded by its own includeWhen, or depends on an excluded node. */
  | "Skipped"
  /** An expression of the node failed, or the API server refused an object of the node. */
  | "Failed"
  /** An object of the node is being deleted. */
  | "Deleting";

/** An object that a pass wrote or read. */
export interface ObjectOutcome {
  /** The apiVersion of the object. */
  apiVersion: string;
  /** The kind of the object. */
  kind: string;
  /** The namespace of the object; absent for a cluster-scoped object. */
  namespace?: string;
  /** The name of the object. */
  name: string;
  /**
   * What the pass did with the object. An external object is `observed`. An object that was already being
   * deleted is `deleting`.
   */
  action: ApplyAction | "observed" | "pruned" | "deleted" | "deleting";
  /**
   * Whether the object existed without an owner and was adopted. An adopted object is deleted together with
   * the instance.
   */
  adopted?: boolean;
  /**
   * The finalizers of an object that this pass deleted, or that was already being deleted. Absent for other
   * objects, and for objects without finalizers.
   */
  finalizers?: readonly string[];
}

/** A graph node after a pass. */
export interface NodeOutcome {
  /** The id of the node. */
  id: string;
  /** The state of the node. */
  state: NodeState;
  /**
   * The reason why the node is not Ready. The reason names the failed expression, or repeats the API
   * server's message.
   */
  reason?: string;
  /** The objects of the node. */
  objects: ObjectOutcome[];
}

/** When to run the next pass. A watch event may start the next pass earlier. */
export type Next =
  /** Nothing is left to do, so only a watch event starts the next pass. */
  | { kind: "done" }
  /**
   * The instance waits for a change. If `timed` is true, no watch reports the change, so the next pass
   * starts after the requeue interval. If `objects` is set, a further pass is useless until one of these
   * objects changes.
   */
  | { kind: "wait"; reason: string; objects?: readonly ObjectRef[]; timed?: boolean }
  /**
   * The pass failed, so the instance is requeued with exponential backoff. `refused` is true when all
   * failures are refusals of the API server. As in upstream, metrics do not count refusals as errors.
   */
  | { kind: "retry"; error: string; refused?: boolean };

/** The outcome of a pass. */
export interface Outcome {
  /** The value of `status.state`. */
  state: InstanceState;
  /**
   * The conditions of the instance after the pass. If the status was written or the write was postponed,
   * these are the conditions that the pass derived. If the write failed, these are the conditions in the
   * cluster.
   */
  conditions: Condition[];
  /** The nodes in topological order; empty while the instance is being deleted. */
  nodes: NodeOutcome[];
  /** The objects that were pruned, or that were deleted because the instance is being deleted. */
  removed: ObjectOutcome[];
  /** The instance after the pass; undefined when the instance no longer exists. */
  instance?: KubeObject;
  /** The number of the graph revision that the pass used; absent when the number is unknown. */
  revision?: number;
  /** When to run the next pass. */
  next: Next;
  /**
   * The maximum delay before the next pass, in milliseconds. This limit applies even if `next` asks for a
   * later pass or for no pass. Present when writing the status was postponed or another field manager keeps
   * reverting a field.
   */
  requeueAfterMs?: number;
  /**
   * Whether the pass did nothing, because the RGD no longer exists and the instance is not being deleted.
   */
  skipped?: boolean;
}
