/** Writes the status of an instance, when it differs. */
import {
  type Condition,
  isObject,
  jsonEqual,
  type JsonObject,
  type KindRef,
  type KubeObject,
} from "../api/mod.ts";
import { instanceRef, onFresh } from "./carrier.ts";
import type { Cluster } from "./cluster.ts";
import type { StatusChange } from "./context.ts";
import { INSTANCE_STATES, type InstanceState } from "./outcome.ts";

/** A whole status. */
export interface InstanceStatus {
  /** `status.state`. */
  state: InstanceState;
  /** `status.conditions`. */
  conditions: readonly Condition[];
  /** The author's fields. */
  fields: JsonObject;
}

/** The status as it stands. */
export function statusOf(instance: KubeObject): JsonObject {
  return isObject(instance.status) ? instance.status : {};
}

/** The author's fields as they stand. */
export function fieldsOf(instance: KubeObject): JsonObject {
  const { state: _state, conditions: _conditions, ...fields } = statusOf(instance);
  return fields;
}

/** The state that it was left in; undefined before the first pass. */
export function stateOf(instance: KubeObject): InstanceState | undefined {
  const { state } = statusOf(instance);
  return INSTANCE_STATES.find((known) => known === state);
}

/** What would change if this was written; undefined for nothing. */
export function statusChange(
  instance: KubeObject,
  { state, conditions, fields }: InstanceStatus,
): StatusChange | undefined {
  const current = statusOf(instance);
  const signs = (list: unknown) => Array.isArray(list) ? list.map(withoutMessage) : list;
  if (current.state !== state || !jsonEqual(signs(current.conditions), signs(conditions))) {
    return "state or condition";
  }
  if (!jsonEqual(fieldsOf(instance), fields)) return "fields";
  return jsonEqual(current.conditions, conditions) ? undefined : "texts of conditions";
}

/** Replaces the status unless it says the same already; rejects like the cluster. */
export async function writeStatus(
  cluster: Cluster,
  kind: KindRef,
  instance: KubeObject,
  { state, conditions, fields }: InstanceStatus,
): Promise<KubeObject> {
  const status = { ...fields, conditions: conditions.map((c) => ({ ...c })), state } as JsonObject;
  const ref = instanceRef(kind, instance);
  return await onFresh(cluster, ref, instance, async (fresh) => {
    if (jsonEqual(statusOf(fresh), status)) return fresh;
    return await cluster.writeStatus(ref, { ...fresh, status });
  });
}

/** What was written and is not there: a CRD that somebody changed makes the server drop fields without a word. */
export function lostFields(written: KubeObject, { fields }: InstanceStatus): string[] {
  const kept = statusOf(written);
  const filled = Object.keys(fields).filter((name) => fields[name] !== null);
  return ["state", "conditions", ...filled].filter((name) => !(name in kept));
}

function withoutMessage(condition: unknown): unknown {
  if (!isObject(condition)) return condition;
  const { message: _, ...rest } = condition;
  return rest;
}
