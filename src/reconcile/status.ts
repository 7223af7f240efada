/** Reads, compares and writes the status of an instance. */
import {
  ApiError,
  conditionsOf,
  isNotFound,
  isObject,
  jsonEqual,
  type JsonObject,
  type KubeObject,
} from "../api/mod.ts";
import { refusalOf } from "./confidential.ts";
import type { RefusedStatus, StatusChange, StatusPacing } from "./context.ts";
import { fieldsOf, type InstanceStatus, stateOf, statusOf } from "./instance_status.ts";
import { instanceRef, isSuperseded, retryOnConflict } from "./instance_writes.ts";
import type { Next, NodeOutcome, Outcome } from "./outcome.ts";
import type { Pass } from "./pass.ts";
import {
  authoredOf,
  fallbackFields,
  isRefusal,
  knownRefusal,
  withRefusal,
} from "./refused_status.ts";

/** The result of {@link writeStatus}. */
export type StatusWrite =
  /**
   * The cluster has the status `status`: kro wrote it, or the cluster already had it. If the API server
   * refused the derived status, `status` is what kro wrote instead, and `refusal` is the error message.
   */
  | { kind: "written"; status: InstanceStatus; refusal?: string }
  /** Writing the status was postponed to a pass after `delayMs` milliseconds. */
  | { kind: "postponed"; delayMs: number }
  /** The instance no longer exists. */
  | { kind: "gone" }
  /** The instance was changed since the pass read it, so the status was not written. */
  | { kind: "superseded"; error: ApiError; message: string }
  /** The API server refused the write or did not respond. */
  | { kind: "failed"; error: ApiError; message: string };

/**
 * Writes the status unless it equals the status in the cluster, and updates `pass.instance`. Every status
 * write of a pass goes through this function. The promise rejects only on a programming error.
 *
 * @param options `pace` decides whether the write is postponed; without `pace`, the status is written
 * immediately. `nodes` are the outcomes of the nodes, for {@link PassContext.beforeStatus}.
 */
export async function writeStatus(
  pass: Pass,
  derived: InstanceStatus,
  { nodes = [], pace }: { nodes?: NodeOutcome[]; pace?: StatusPacing } = {},
): Promise<StatusWrite> {
  const known = knownRefusal(pass, derived);
  const status = known?.accepted ? substitute(pass, derived, known, known.accepted) : derived;
  if (pace) {
    const change = statusChange(pass.instance, status);
    const delayMs = pace.delayMs(change);
    if (delayMs > 0) {
      pace.postponed(change);
      return { kind: "postponed", delayMs };
    }
    pace.writing(change);
  }
  const first = await attempt(pass, status, nodes);
  if (first.kind !== "failed" || !isRefusal(first.error)) {
    const isAccepted = first.kind === "written" && !known?.accepted;
    if (isAccepted && pass.context.statusPace) pass.context.statusPace.refused = undefined;
    const isSubstitute = known?.accepted && first.kind === "written";
    return isSubstitute ? { ...first, refusal: known.message } : first;
  }
  // In an earlier pass, the API server refused this status and every substitute for it. This pass therefore
  // does not try the substitutes again.
  if (known && !known.accepted) return first;
  return await writeAccepted(pass, derived, nodes, first.error) ?? first;
}

/** Returns the status to write in place of a refused status. */
function substitute(
  pass: Pass,
  derived: InstanceStatus,
  { message, authored }: Pick<RefusedStatus, "message" | "authored">,
  fields: JsonObject,
): InstanceStatus {
  return withRefusal(pass, derived, { fields, message, bare: authored !== undefined });
}

/**
 * Tries to write parts of a status that the API server refused as a whole. Returns undefined when the API
 * server refuses these attempts too.
 */
async function writeAccepted(
  pass: Pass,
  derived: InstanceStatus,
  nodes: NodeOutcome[],
  error: ApiError,
): Promise<StatusWrite | undefined> {
  const message = failureText(pass, error);
  const { statusPace, instanceRevision: revision } = pass.context;
  const { fields } = derived;
  const authored = authoredOf(derived);
  const attempts: { accepted: JsonObject; authored?: JsonObject[] }[] = [
    ...fallbackFields(pass, fields, error).map((accepted) => ({ accepted })),
    ...authored.length > 0 ? [{ accepted: {}, authored }] : [],
  ];
  for (const tried of attempts) {
    const refused = { fields, revision, message, ...tried };
    const write = await attempt(pass, substitute(pass, derived, refused, tried.accepted), nodes);
    if (write.kind === "failed" && isRefusal(write.error)) continue;
    if (write.kind !== "written") return write;
    if (statusPace) statusPace.refused = refused;
    return { ...write, refusal: message };
  }
  if (statusPace) statusPace.refused = { fields, revision, message };
  return undefined;
}

async function attempt(
  pass: Pass,
  status: InstanceStatus,
  nodes: NodeOutcome[],
): Promise<StatusWrite> {
  const { state, conditions } = status;
  const show = pass.context.beforeStatus;
  show?.({ state, conditions, nodes });
  try {
    pass.instance = await replaceStatus(pass, status);
    return { kind: "written", status };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isNotFound(error)) return { kind: "gone" };
    // The request failed, so the cluster does not have the status that was passed to `show` above. The second
    // call passes the state and conditions in the cluster.
    show?.({ ...inCluster(pass), nodes });
    const kind = isSuperseded(error) ? "superseded" : "failed";
    return { kind, error, message: failureText(pass, error) };
  }
}

/**
 * Returns the state and conditions for the outcome of a pass. After a failed or superseded write, the
 * conditions are those in the cluster. Otherwise the state and conditions are those of the written or
 * postponed status.
 */
export function shownAfter(
  pass: Pass,
  { state, conditions }: InstanceStatus,
  write: StatusWrite,
): Pick<Outcome, "state" | "conditions"> {
  switch (write.kind) {
    case "written":
      return { state: write.status.state, conditions: write.status.conditions };
    case "failed":
      return { ...inCluster(pass), state: state === "DELETING" ? state : "ERROR" };
    case "superseded":
      return inCluster(pass);
    case "postponed":
    case "gone":
      return { state, conditions };
  }
}

function inCluster({ instance }: Pass): Pick<Outcome, "state" | "conditions"> {
  return { state: stateOf(instance) ?? "IN_PROGRESS", conditions: conditionsOf(instance) };
}

/**
 * Returns when to run the next pass because of the status write. Returns undefined when the derived status
 * was written, or when the write was postponed.
 */
export function nextAfter(write: StatusWrite): Next | undefined {
  switch (write.kind) {
    case "written":
      return write.refusal === undefined ? undefined : { kind: "retry", error: write.refusal };
    case "postponed":
      return undefined;
    case "gone":
      return { kind: "done" };
    case "superseded":
      return { kind: "wait", reason: write.message, timed: true };
    case "failed":
      return { kind: "retry", error: write.message };
  }
}

/**
 * Returns the names of written status fields that are missing from the API server's response. The API
 * server silently drops a field that is not in the CRD's schema, for example after another client has
 * edited the CRD.
 */
export function lostFields(written: KubeObject, { fields }: InstanceStatus): string[] {
  const kept = statusOf(written);
  const filled = Object.keys(fields).filter((name) => fields[name] !== null);
  return ["state", "conditions", ...filled].filter((name) => !Object.hasOwn(kept, name));
}

/**
 * Returns how the status differs from the status in the cluster; undefined when the two statuses are equal.
 */
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

function failureText(pass: Pass, error: ApiError): string {
  return `failed to write the status: ${refusalOf(pass, error)}`;
}

function withoutMessage(condition: unknown): unknown {
  if (!isObject(condition)) return condition;
  const { message: _, ...rest } = condition;
  return rest;
}
