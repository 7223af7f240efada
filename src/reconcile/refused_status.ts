/** What to write instead of a status that the API server refuses. */
import { ApiError, conditionsOf, isObject, jsonEqual, type JsonObject } from "../api/mod.ts";
import { areAuthored, builtInConditions, statusRefused } from "./conditions.ts";
import type { RefusedStatus } from "./context.ts";
import { fieldsOf, type InstanceStatus } from "./instance_status.ts";
import type { Pass } from "./pass.ts";

const REFUSALS = new Set([400, 403, 413, 422]);

/** True when the API server refused the content of a write, so that the same content is refused again. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && REFUSALS.has(error.code ?? 0);
}

/** The last refusal, if it was of the same fields, derived by the same revision. */
export function knownRefusal(pass: Pass, status: InstanceStatus): RefusedStatus | undefined {
  const { statusPace, instanceRevision } = pass.context;
  const last = statusPace?.refused;
  const isSame = last && last.revision === instanceRevision &&
    jsonEqual(last.fields, status.fields);
  return isSame ? last : undefined;
}

/**
 * The fields to try after a refusal, in this order: without the fields that the refusal names, as the cluster
 * has them, none. Values that were just refused are left out.
 */
export function fallbackFields(pass: Pass, refused: JsonObject, error: ApiError): JsonObject[] {
  const named = error.causes.flatMap(({ field }) => field === undefined ? [] : [pathOf(field)]);
  const rest = named.reduce(without, refused);
  const all = [rest, fieldsOf(pass.instance), {}];
  return all.filter((fields, i) =>
    ![refused, ...all.slice(0, i)].some((earlier) => jsonEqual(earlier, fields))
  );
}

/** The status with other fields, state ERROR and the refusal in condition GraphResolved. */
export function withRefusal(
  pass: Pass,
  status: InstanceStatus,
  fields: JsonObject,
  message: string,
): InstanceStatus {
  const { instance, context } = pass;
  const update = statusRefused(message);
  const current = conditionsOf(instance);
  const state = status.state === "DELETING" ? status.state : "ERROR";
  // The derived conditions have a new transition time for what the refusal leaves unchanged.
  const old = current.filter((c) => DERIVED.has(c.type));
  const types = new Set(old.map((c) => c.type));
  const isAuthored = areAuthored(status.conditions);
  const base = [
    ...status.conditions.filter((c) => isAuthored || !types.has(c.type)),
    ...isAuthored ? [] : old,
  ];
  if (!isAuthored) {
    // Conditions of equal transition time stay in this order, which must be the same in each pass.
    base.sort((a, b) => a.type < b.type ? -1 : 1);
    return { state, fields, conditions: builtInConditions(instance, base, [update], context) };
  }
  const [condition] = builtInConditions(instance, old, [update], context)
    .filter((c) => c.type === update.type);
  const others = base.filter((c) => c.type !== update.type);
  return { state, fields, conditions: [...others, condition!] };
}

/** Conditions that a refusal changes. */
const DERIVED = new Set(["GraphResolved", "InstanceSynced", "Ready"]);

/** The keys below `status` of a field path, such as `status.deep.list[0]`, up to the first list index. */
function pathOf(field: string): string[] {
  const [root, ...keys] = field.split("[", 1)[0]!.split(".");
  return root === "status" ? keys : [];
}

/** A copy without the value at the path; without its longest existing prefix if a key has a dot. */
function without(fields: JsonObject, [key, ...more]: string[]): JsonObject {
  if (key === undefined || !Object.hasOwn(fields, key)) return fields;
  const { [key]: value, ...rest } = fields;
  const next = more[0];
  if (next === undefined || !isObject(value) || !Object.hasOwn(value, next)) return rest;
  return { ...rest, [key]: without(value, more) };
}
