/** What a pass found and did: the source of metrics, logs, Events, the JSON API and commands. */
import type { Condition, KubeObject, ObjectRef } from "../api/mod.ts";
import type { ApplyAction } from "./cluster.ts";

/** The values of `status.state` of an instance. */
export const INSTANCE_STATES = ["ACTIVE", "IN_PROGRESS", "ERROR", "DELETING"] as const;

/** `status.state` of an instance. */
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** The state of a node after a pass. */
export type NodeState =
  /** Applied and ready. */
  | "Ready"
  /** Applied, but not ready yet. */
  | "Waiting"
  /** An expression reads data that does not exist yet. */
  | "Pending"
  /** Left out by its includeWhen, or by that of a dependency. */
  | "Skipped"
  /** An expression failed, or the API server refused an object. */
  | "Failed"
  /** An object of the node is terminating. */
  | "Deleting";

/** One object that a pass wrote or read. */
export interface ObjectOutcome {
  /** API version. */
  apiVersion: string;
  /** Kind. */
  kind: string;
  /** Namespace, when it has one. */
  namespace?: string;
  /** Name. */
  name: string;
  /** What the pass did; `observed` for external objects, `deleting` for those that are terminating. */
  action: ApplyAction | "observed" | "pruned" | "deleted" | "deleting";
  /** The object existed before and had no owner; now it is deleted together with the instance. */
  adopted?: boolean;
}

/** One node after a pass. */
export interface NodeOutcome {
  /** Node id. */
  id: string;
  /** Its state. */
  state: NodeState;
  /** Why it is not Ready: names the expression, or repeats the API server's refusal. */
  reason?: string;
  /** Its objects. */
  objects: ObjectOutcome[];
}

/** When to run the next pass, besides on watch events. */
export type Next =
  /** Nothing is left to do. */
  | { kind: "done" }
  /**
   * Something has to change first, which a watch reports. With `timed` no watch does: requeue after the
   * requeue interval. With `objects` a pass can do nothing before one of these objects changes.
   */
  | { kind: "wait"; reason: string; objects?: readonly ObjectRef[]; timed?: boolean }
  /**
   * Failed: requeue with backoff. `refused` says that only refusals of the API server are the cause;
   * upstream counts these as waiting, not as errors.
   */
  | { kind: "retry"; error: string; refused?: boolean };

/** Result of a pass. */
export interface Outcome {
  /** `status.state`. */
  state: InstanceState;
  /** `status.conditions`, also if they could not be written or are postponed. */
  conditions: Condition[];
  /** All nodes in topological order; empty while the instance is deleted. */
  nodes: NodeOutcome[];
  /** Objects that were pruned or, while the instance is deleted, deleted. */
  removed: ObjectOutcome[];
  /** The instance after the pass; undefined once it is gone. */
  instance?: KubeObject;
  /** Number of the graph revision that the pass used, if the context has one. */
  revision?: number;
  /** When to run the next pass. */
  next: Next;
  /**
   * Milliseconds after which to requeue, whatever `next` says: the status is postponed, or another
   * manager keeps reverting a field.
   */
  requeueAfterMs?: number;
  /** The RGD is gone and the instance is not being deleted: the pass did nothing. */
  skipped?: boolean;
}
