/** Results of the steps of a pass: a value or a fault, and the result of a node. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeState, ObjectOutcome } from "./outcome.ts";

/** Why a step yields no value. */
export interface Fault {
  /** The resulting state of the node. */
  state: Exclude<NodeState, "Ready">;
  /** The message, without the prefix that conditions add for the state. */
  message: string;
  /** The API server refused an object: conditions report it as one of the apply results. */
  fromApply?: boolean;
  /** Leaves the instance IN_PROGRESS instead of ERROR, because an object of another owner is the cause. */
  soft?: boolean;
}

/** A value or a fault. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** Another manager keeps reverting a field of one of the node's objects. */
export interface RevertNotice {
  /** Names the object, the field and the manager. */
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
  /** The node's live objects, as expressions see them; absent when none was observed. */
  observed?: KubeObject[];
  /** What was done to each object. */
  objects: ObjectOutcome[];
  /** Fields of its objects that another manager keeps reverting. */
  reverted?: RevertNotice[];
  /** The known resourceVersions of kro's own last writes to its objects. */
  revisions?: string[];
  /** All of its objects are applied or read, or the node is skipped. Pruning requires this of all nodes. */
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
