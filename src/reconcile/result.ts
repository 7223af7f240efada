/** Results of the steps of a pass: a value or a fault, and the result of a node. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeState, ObjectOutcome } from "./outcome.ts";

/** Why a step has no value. */
export interface Fault {
  /** The resulting state of the node. */
  state: Exclude<NodeState, "Ready">;
  /** The message, without the prefix that conditions add for the state. */
  message: string;
  /** The API server refused an object: conditions list it among the apply results. */
  fromApply?: boolean;
  /** A failure that leaves the instance IN_PROGRESS, because other objects cause it. */
  soft?: boolean;
}

/** A value or a fault. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** Another manager keeps reverting a field of one of the node's objects. */
export interface RevertNotice {
  /** Object, field and manager, in words. */
  message: string;
  /** See {@link RevertedField.dueMs}. */
  dueMs: number;
}

/** Result of a node. */
export interface NodeResult {
  /** The node. */
  node: Node;
  /** Its state. */
  state: NodeState;
  /** Why it is not Ready. */
  fault?: Fault;
  /** Its live objects, as expressions see them; absent when none was observed. */
  observed?: KubeObject[];
  /** What was done to each object. */
  objects: ObjectOutcome[];
  /** Fields of its objects that another manager keeps reverting. */
  reverted?: RevertNotice[];
  /** The resourceVersions of kro's own writes to its objects, as far as they are known. */
  revisions?: string[];
  /** All of its objects are applied or read, or the node is skipped: a condition of pruning. */
  complete: boolean;
}

/** Wraps a value. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps a fault. */
export function fail(
  state: Fault["state"],
  message: string,
  more: Partial<Fault> = {},
): { ok: false; fault: Fault } {
  return { ok: false, fault: { state, message, ...more } };
}
