/** Finds the state of each object of a collection, which a pass combines into the state of the node. */
import type { KubeObject } from "../api/mod.ts";
import { PassBudget } from "../cel/mod.ts";
import type { Node } from "../graph/mod.ts";
import type { NodeState } from "./outcome.ts";
import { readinessFault } from "./readiness.ts";

/** The state of one object of a node. */
export interface ItemState {
  /** `Ready`, `Waiting`, `Failed`, or `Deleting`. */
  state: Extract<NodeState, "Ready" | "Waiting" | "Failed" | "Deleting">;
  /** The reason why the object is not ready; absent when it is ready or is being deleted. */
  reason?: string;
}

/**
 * Returns the states of a node's live objects, in their order. The function evaluates the readyWhen
 * expressions of the node for each object, with the cost budget of one pass.
 */
export function itemStates(node: Node, objects: readonly KubeObject[]): ItemState[] {
  const budget = new PassBudget();
  return objects.map((object, i) => {
    if (object.metadata.deletionTimestamp !== undefined) return { state: "Deleting" };
    const fault = readinessFault(node, [object], budget, i);
    if (!fault) return { state: "Ready" };
    const state = fault.state === "Failed" ? "Failed" : "Waiting";
    return { state, reason: fault.message };
  });
}
