/** Derives the status that kro writes in place of a status that the API server refused. */
import {
  ApiError,
  conditionsOf,
  define,
  isObject,
  jsonEqual,
  type JsonObject,
} from "../api/mod.ts";
import { areAuthored, builtInConditions, statusRefused } from "./conditions.ts";
import type { RefusedStatus } from "./context.ts";
import { fieldsOf, type InstanceStatus } from "./instance_status.ts";
import type { Pass } from "./pass.ts";

const REFUSALS = new Set([400, 403, 422]);

/**
 * Matches the message of a request that RBAC refused. RBAC refuses the request regardless of its content, so
 * kro does not try another status. In contrast, an admission webhook or policy that refused a status may
 * accept another status.
 */
const RBAC = /is forbidden: User "[^"]*" cannot /;

/**
 * Reports whether the API server refused a write because of its content, so that it would refuse the same
 * content again.
 */
export function isRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  const { code = 0, message, reason } = error;
  if (reason === "TooLarge") return true;
  return REFUSALS.has(code) && !(code === 403 && RBAC.test(message));
}

/**
 * Returns the last refused status if the API server is expected to refuse the given status too; otherwise
 * undefined. kro expects the refusal if both statuses have equal fields, equal conditions of the RGD's
 * author, and the same graph revision.
 */
export function knownRefusal(pass: Pass, status: InstanceStatus): RefusedStatus | undefined {
  const { statusPace, instanceRevision } = pass.context;
  const last = statusPace?.refused;
  const isSame = last && last.revision === instanceRevision &&
    jsonEqual(last.fields, status.fields) &&
    (!last.authored || jsonEqual(last.authored, authoredOf(status)));
  return isSame ? last : undefined;
}

/**
 * Returns the conditions that the author of the RGD declares, without the times of their transitions; an
 * empty list when the conditions are kro's own.
 */
export function authoredOf({ conditions }: InstanceStatus): JsonObject[] {
  if (!areAuthored(conditions)) return [];
  return conditions.map(({ lastTransitionTime: _, ...rest }) => ({ ...rest }));
}

/**
 * Returns the status fields to try after a refusal, in the order of the attempts. The first attempt leaves
 * out the fields that the refusal names, the second attempt uses the fields in the cluster, and the third
 * attempt uses no fields. An attempt is skipped if its fields equal the refused fields or the fields of an
 * earlier attempt.
 */
export function fallbackFields(pass: Pass, refused: JsonObject, error: ApiError): JsonObject[] {
  const named = error.causes.flatMap(({ field }) => field === undefined ? [] : [pathOf(field)]);
  const rest = without(refused, named);
  const all = [rest, fieldsOf(pass.instance), {}];
  return all.filter((fields, i) =>
    ![refused, ...all.slice(0, i)].some((earlier) => jsonEqual(earlier, fields))
  );
}

/**
 * Returns the status with the given fields in place of its own. The condition GraphResolved reports the
 * refusal. The state becomes ERROR, or stays DELETING.
 *
 * @param bare Whether to leave out the conditions that the author of the RGD declares.
 */
export function withRefusal(
  pass: Pass,
  status: InstanceStatus,
  { fields, message, bare = false }: { fields: JsonObject; message: string; bare?: boolean },
): InstanceStatus {
  const { instance, context } = pass;
  const update = statusRefused(message);
  const current = conditionsOf(instance);
  const state = status.state === "DELETING" ? status.state : "ERROR";
  // The conditions that a refusal changes are taken from the cluster. If they were taken from the derived
  // status, the refusal would change them again in every pass, each time with a new transition time.
  const old = current.filter((c) => DERIVED.has(c.type));
  if (bare) {
    return { state, fields, conditions: builtInConditions(instance, old, [update], context) };
  }
  if (areAuthored(status.conditions)) {
    const condition = builtInConditions(instance, old, [update], context)
      .find((c) => c.type === update.type)!;
    const others = status.conditions.filter((c) => c.type !== update.type);
    return { state, fields, conditions: [...others, condition] };
  }
  const types = new Set(old.map((c) => c.type));
  const base = [...status.conditions.filter((c) => !types.has(c.type)), ...old];
  // Sorting gives conditions with equal transition times the same order in every pass. A different order
  // would count as a changed status.
  base.sort((a, b) => a.type < b.type ? -1 : 1);
  return { state, fields, conditions: builtInConditions(instance, base, [update], context) };
}

/** The types of the conditions that a refusal changes. */
const DERIVED = new Set(["GraphResolved", "InstanceSynced", "Ready"]);

/**
 * Returns the keys of a field path below `status`, up to the first list index. For `status.deep.list[0]`
 * the keys are `deep` and `list`.
 */
function pathOf(field: string): string[] {
  const [root, ...keys] = field.split("[", 1)[0]!.split(".");
  return root === "status" ? keys : [];
}

/**
 * Returns a copy of the fields without the values at the paths. A key with a dot, such as `a.b`, was split
 * into the path `a`, `b`, which does not exist. The value at the longest existing prefix of such a path is
 * removed. All paths are removed together, because one copy for each path would take quadratic time.
 */
function without(fields: JsonObject, paths: readonly string[][]): JsonObject {
  const byKey = Map.groupBy(paths.filter(([key]) => key !== undefined), ([key]) => key!);
  if (byKey.size === 0) return fields;
  const kept: JsonObject = {};
  for (const key in fields) {
    const value = fields[key];
    const below = (byKey.get(key) ?? []).map(([_key, ...more]) => more);
    const isInside = ([next]: string[]) =>
      next !== undefined && isObject(value) && Object.hasOwn(value, next);
    if (below.length === 0) define(kept, key, value);
    else if (below.every(isInside)) define(kept, key, without(value as JsonObject, below));
  }
  return kept;
}
