/** Reads, compares and writes the status of an instance. */
import {
  ApiError,
  type Condition,
  isNotFound,
  isObject,
  jsonEqual,
  type JsonObject,
  type KubeObject,
} from "../api/mod.ts";
import type { StatusChange, StatusPacing } from "./context.ts";
import { instanceRef, isSuperseded, retryOnConflict } from "./instance_writes.ts";
import { INSTANCE_STATES, type InstanceState, type Next, type NodeOutcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";

/** A whole status. */
export interface InstanceStatus {
  /** `status.state`. */
  state: InstanceState;
  /** `status.conditions`. */
  conditions: Condition[];
  /** The fields that the author of the RGD declares. */
  fields: JsonObject;
}

/** Result of {@link writeStatus}. */
export type StatusWrite =
  /** Written, or equal to the status in the cluster. */
  | { kind: "written" }
  /** Postponed to a pass in so many milliseconds. */
  | { kind: "postponed"; delayMs: number }
  /** The instance no longer exists. */
  | { kind: "gone" }
  /** The instance was changed since the pass read it. */
  | { kind: "superseded"; error: ApiError }
  /** The API server refused the write, or did not answer. */
  | { kind: "failed"; error: ApiError };

/** The status in the cluster; empty before the first pass. */
export function statusOf(instance: KubeObject): JsonObject {
  return isObject(instance.status) ? instance.status : {};
}

/** The fields of the status in the cluster that the author of the RGD declares. */
export function fieldsOf(instance: KubeObject): JsonObject {
  const { state: _state, conditions: _conditions, ...fields } = statusOf(instance);
  return fields;
}

/** `status.state` in the cluster; undefined before the first pass. */
export function stateOf(instance: KubeObject): InstanceState | undefined {
  const { state } = statusOf(instance);
  return INSTANCE_STATES.find((known) => known === state);
}

/**
 * Writes the status unless it equals the one in the cluster, and updates `pass.instance`. With `pace` the
 * write may be postponed. `nodes` are passed to {@link PassContext.beforeStatus}. Every status write of a
 * pass is made here. Rejects only on bugs.
 */
export async function writeStatus(
  pass: Pass,
  status: InstanceStatus,
  { nodes = [], pace }: { nodes?: NodeOutcome[]; pace?: StatusPacing } = {},
): Promise<StatusWrite> {
  if (pace) {
    const change = statusChange(pass.instance, status);
    const delayMs = pace.delayMs(change);
    if (delayMs > 0) {
      pace.postponed(change);
      return { kind: "postponed", delayMs };
    }
    pace.writing(change);
  }
  const { state, conditions } = status;
  pass.context.beforeStatus?.({ state, conditions, nodes });
  try {
    pass.instance = await replaceStatus(pass, status);
    return { kind: "written" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isNotFound(error)) return { kind: "gone" };
    return { kind: isSuperseded(error) ? "superseded" : "failed", error };
  }
}

/** When to requeue because of the write; undefined when it succeeded or is postponed. */
export function nextAfter(write: StatusWrite): Next | undefined {
  switch (write.kind) {
    case "written":
    case "postponed":
      return undefined;
    case "gone":
      return { kind: "done" };
    case "superseded":
      return { kind: "wait", reason: failureText(write.error), timed: true };
    case "failed":
      return { kind: "retry", error: failureText(write.error) };
  }
}

/**
 * Names of written fields that are missing from the API server's response. It drops fields without an error
 * when they are not in the CRD's schema, as after another client edited the CRD.
 */
export function lostFields(written: KubeObject, { fields }: InstanceStatus): string[] {
  const kept = statusOf(written);
  const filled = Object.keys(fields).filter((name) => fields[name] !== null);
  return ["state", "conditions", ...filled].filter((name) => !(name in kept));
}

/** How the status differs from the one in the cluster; undefined when it does not. */
function statusChange(
  instance: KubeObject,
  { state, conditions, fields }: InstanceStatus,
): StatusChange | undefined {
  const current = statusOf(instance);
  const withoutMessages = (list: unknown) => Array.isArray(list) ? list.map(withoutMessage) : list;
  const isSame = current.state === state &&
    jsonEqual(withoutMessages(current.conditions), withoutMessages(conditions));
  if (!isSame) return "state or condition";
  if (!jsonEqual(fieldsOf(instance), fields)) return "fields";
  return jsonEqual(current.conditions, conditions) ? undefined : "condition messages";
}

async function replaceStatus(
  pass: Pass,
  { state, conditions, fields }: InstanceStatus,
): Promise<KubeObject> {
  const status = { ...fields, conditions: conditions.map((c) => ({ ...c })), state } as JsonObject;
  const ref = instanceRef(pass);
  return await retryOnConflict(pass, async (fresh) => {
    if (jsonEqual(statusOf(fresh), status)) return fresh;
    return await pass.cluster.writeStatus(ref, { ...fresh, status });
  });
}

function failureText(error: ApiError): string {
  return `failed to write the status: ${error.message}`;
}

function withoutMessage(condition: unknown): unknown {
  if (!isObject(condition)) return condition;
  const { message: _, ...rest } = condition;
  return rest;
}
