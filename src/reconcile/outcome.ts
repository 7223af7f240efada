/** What a pass found and did: feeds conditions, status, metrics, the JSON API and the command line. */
import type { Condition, KubeObject, ObjectRef } from "../api/mod.ts";
import type { ApplyAction } from "./cluster.ts";

/** The values of `status.state` of an instance. */
export const INSTANCE_STATES = ["ACTIVE", "IN_PROGRESS", "ERROR", "DELETING"] as const;

/** `status.state` of an instance. */
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** Where a node stands after a pass. */
export type NodeState =
  | "Ready"
  /** Applied, but not ready yet. */
  | "Waiting"
  /** Data that it reads is not there yet. */
  | "Pending"
  /** Left out by includeWhen, or by that of a dependency. */
  | "Skipped"
  | "Failed"
  /** An object of it is being deleted by somebody. */
  | "Deleting";

/** One object that a pass touched or looked at. */
export interface ObjectOutcome {
  /** API version. */
  apiVersion: string;
  /** Kind. */
  kind: string;
  /** Namespace, when it has one. */
  namespace?: string;
  /** Name. */
  name: string;
  /** What happened; `observed` for external objects. */
  action: ApplyAction | "observed" | "pruned" | "deleted" | "deleting";
  /** It was there before and belonged to nobody; now it lives and dies with the instance. */
  adopted?: boolean;
}

/** One node after a pass. */
export interface NodeOutcome {
  /** Node id. */
  id: string;
  /** Where it stands. */
  state: NodeState;
  /** Why, unless Ready: names the expression or repeats the server's refusal. */
  reason?: string;
  /** Its objects. */
  objects: ObjectOutcome[];
}

/** When to look again, besides what watches tell. */
export type Next =
  /** Nothing to wait for. */
  | { kind: "done" }
  /**
   * Watches tell when it goes on; with `timed` none does: look again after the requeue interval. With
   * `objects` nothing is to do before one of them changed.
   */
  | { kind: "wait"; reason: string; objects?: readonly ObjectRef[]; timed?: boolean }
  /**
   * Failed: look again with backoff. With `refused` it was the API server alone that would not have an
   * object: upstream calls that waiting, and counts no error.
   */
  | { kind: "retry"; error: string; refused?: boolean };

/** A pass in full. */
export interface Outcome {
  /** What `status.state` says. */
  state: InstanceState;
  /** As written to the status. */
  conditions: Condition[];
  /** Every node, in topological order; empty while deleting. */
  nodes: NodeOutcome[];
  /** Objects that were pruned or, while deleting, deleted. */
  removed: ObjectOutcome[];
  /** The instance after the pass; undefined once it is gone. */
  instance?: KubeObject;
  /** Number of the graph revision that the pass used, when it was told. */
  revision?: number;
  /** When to look again. */
  next: Next;
  /**
   * Wants a look after so many milliseconds, whatever `next` says: the status was not written yet, or
   * somebody fights over an object.
   */
  lookAfterMs?: number;
}
