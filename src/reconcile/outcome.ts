/** What a pass found and did, for metrics, logs, Events, the JSON API and commands. */
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
  /** An expression reads a field or object that does not exist yet. */
  | "Pending"
  /** Excluded by its includeWhen, or by that of a dependency. */
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
  /** What the pass did. External objects are `observed`, terminating ones `deleting`. */
  action: ApplyAction | "observed" | "pruned" | "deleted" | "deleting";
  /** The object existed without an owner and was adopted: it is deleted together with the instance. */
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

/** When to run the next pass, besides after a watch event. */
export type Next =
  /** Nothing is left to do. */
  | { kind: "done" }
  /**
   * Waits for a change that a watch reports. `timed`: no watch covers it, so requeue after the requeue
   * interval. `objects`: a further pass does nothing until one of these objects changes.
   */
  | { kind: "wait"; reason: string; objects?: readonly ObjectRef[]; timed?: boolean }
  /**
   * Failed: requeue with exponential backoff. `refused`: all failures are refusals of the API server, which
   * metrics do not count as errors, as upstream.
   */
  | { kind: "retry"; error: string; refused?: boolean };

/** Result of a pass. */
export interface Outcome {
  /** `status.state`. */
  state: InstanceState;
  /** `status.conditions` as derived, even if their write failed or is postponed. */
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
   * Milliseconds after which to requeue at the latest, in addition to `next`: the write of the status is
   * postponed, or another manager keeps reverting a field.
   */
  requeueAfterMs?: number;
  /** The pass did nothing: the RGD is gone, and the instance is not being deleted. */
  skipped?: boolean;
}
