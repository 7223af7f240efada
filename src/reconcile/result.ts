/** Values that travel between the steps of a pass: a result or a fault, and where a node ended up. */
import type { KubeObject } from "../api/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeState, ObjectOutcome } from "./outcome.ts";

/** Why a step did not come to its end. */
export interface Fault {
  /** What the node becomes. */
  state: Exclude<NodeState, "Ready">;
  /** For conditions, without the words that the state adds. */
  message: string;
  /** The API server refused, or the instance could not carry it: shown among the apply results. */
  fromApply?: boolean;
  /** A failure that leaves the instance IN_PROGRESS: it goes away when others move. */
  soft?: boolean;
}

/** A value, or why there is none. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** Another manager keeps reverting a field of one of the node's objects. */
export interface RevertNotice {
  /** Object, field and manager, in words. */
  message: string;
  /** See {@link RevertedField.dueMs}. */
  dueMs: number;
}

/** A node after it ran. */
export interface NodeResult {
  /** Which. */
  node: Node;
  /** Where it stands. */
  state: NodeState;
  /** Why, unless Ready. */
  fault?: Fault;
  /** Live objects as expressions see them; absent when nothing was observed. */
  observed?: KubeObject[];
  /** What happened to each object. */
  objects: ObjectOutcome[];
  /** Fields of its objects that another manager keeps reverting. */
  reverted?: RevertNotice[];
  /** What kro's own writes made the resourceVersions of its objects, as far as that is known. */
  revisions?: string[];
  /** All objects that the node should have are applied, or it is left out: pruning may go on. */
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
