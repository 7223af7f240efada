/** The parts of the status of an instance. */
import { type Condition, isObject, type JsonObject, type KubeObject } from "../api/mod.ts";
import { INSTANCE_STATES, type InstanceState } from "./outcome.ts";

/** The whole status of an instance. */
export interface InstanceStatus {
  /** The value of `status.state`. */
  state: InstanceState;
  /** The value of `status.conditions`. */
  conditions: Condition[];
  /** The status fields that the author of the RGD declares. */
  fields: JsonObject;
}

/** Returns the status of the instance in the cluster; an empty object before the first pass. */
export function statusOf(instance: KubeObject): JsonObject {
  return isObject(instance.status) ? instance.status : {};
}

/**
 * Returns the fields of the instance's status that the author of the RGD declares: all fields except state
 * and conditions.
 */
export function fieldsOf(instance: KubeObject): JsonObject {
  const { state: _state, conditions: _conditions, ...fields } = statusOf(instance);
  return fields;
}

/** Returns `status.state` of the instance in the cluster; undefined before the first pass. */
export function stateOf(instance: KubeObject): InstanceState | undefined {
  const { state } = statusOf(instance);
  return INSTANCE_STATES.find((known) => known === state);
}
