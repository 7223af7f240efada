/** Checks a saved plan before it is applied, and compares the outcome with the plan afterwards. */
import { setTimeout as delay } from "node:timers/promises";
import {
  gvkKey,
  isObject,
  jsonEqual,
  type KubeObject,
  type ObjectRef,
  parseGvk,
  refKey,
  refText,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../../api/mod.ts";
import { fieldChanges, type ObjectChange, objectText, type PlanLimits } from "../../explain/mod.ts";
import { UsageError } from "../errors.ts";
import { isOfKind } from "../report.ts";
import type { Session } from "../session.ts";
import { clusterIdentity, type PlanFile, stateOf } from "./file.ts";
import { listInstances } from "./invalid.ts";
import { checkReport } from "./limits.ts";
import { liveObjects } from "./live_objects.ts";

/**
 * Rejects with UsageError when the plan must not be applied: the plan is for another cluster, the API server
 * would refuse a change, the plan exceeds a limit, an object has changed since the plan was saved, or an RGD of
 * the plan has a new instance. Sends no write.
 */
export async function checkPlan(
  session: Session,
  file: PlanFile,
  limits: PlanLimits,
): Promise<void> {
  const cluster = await clusterIdentity(session.client);
  if (cluster !== file.cluster) {
    throw new UsageError(
      `the plan was made for the cluster ${file.cluster}, but this is ${cluster}: plan again`,
    );
  }
  checkReport(file.report, limits);
  const live = await liveObjects(session.client, file.states.map(({ ref }) => ref));
  for (const { ref, state } of file.states) {
    const object = live.get(refKey(ref));
    if (stateOf(object) === state) continue;
    const what = state === null ? "was created" : object ? "was changed" : "was deleted";
    throw new UsageError(`${refText(ref)} ${what} after the plan was made: plan again`);
  }
  const unplanned = await unplannedInstance(session, file);
  if (unplanned) {
    throw new UsageError(`${refText(unplanned)} was created after the plan was made: plan again`);
  }
}

/**
 * Returns an instance of an RGD that the plan changes, if the instance did not exist when the plan was made.
 * Returns undefined when the plan has all instances. Instances that are being deleted are left out.
 */
async function unplannedInstance(
  { client, discovery }: Session,
  { manifests, instances, report }: PlanFile,
): Promise<ObjectRef | undefined> {
  const planned = new Set(instances.map(refKey));
  const changed = new Set(
    report.graphs.filter(({ action, crd }) => action !== "unchanged" || crd).map(({ name }) =>
      name
    ),
  );
  for (const object of manifests) {
    if (!isOfKind(object, RGD_KIND) || !changed.has(object.metadata.name!)) continue;
    const served = servedKind(object as ResourceGraphDefinition);
    const kind = served && await discovery.resolve(served);
    if (!kind) continue;
    for (const { metadata } of await listInstances(client, kind)) {
      const ref = { kind, namespace: metadata.namespace, name: metadata.name! };
      if (metadata.deletionTimestamp === undefined && !planned.has(refKey(ref))) return ref;
    }
  }
  return undefined;
}

/** The pause between two comparisons with the cluster, in milliseconds. */
const POLL_MS = 500;

/**
 * Waits until the objects are as planned, or until the deadline. Returns one message for each difference that
 * remains. Does not compare changes that the plan marks as `later`, because they follow only after other
 * objects have become ready.
 *
 * @param deadline The time after which the comparison is not repeated, in milliseconds of
 * `performance.now()`.
 */
export async function outcomeDifferences(
  session: Session,
  { report }: PlanFile,
  deadline: number,
): Promise<string[]> {
  const expected = report.changes.filter(({ later, action }) => !later && action !== "refused");
  for (;;) {
    const found = await compare(session, expected);
    if (found.length === 0 || performance.now() + POLL_MS > deadline) return found;
    await delay(POLL_MS);
  }
}

async function compare(session: Session, changes: readonly ObjectChange[]): Promise<string[]> {
  const refs = new Map<ObjectChange, ObjectRef>();
  for (const change of changes) {
    const gvk = parseGvk(change.apiVersion, change.kind);
    const kind = gvk && await session.discovery.resolve(gvk);
    const { namespace, name } = change;
    if (kind) refs.set(change, { kind, ...(namespace && { namespace }), name });
  }
  const live = await liveObjects(session.client, [...refs.values()]);
  const found: string[] = [];
  const schemas = new Map<string, Awaited<ReturnType<Session["schemas"]["resolve"]>>>();
  for (const change of changes) {
    const ref = refs.get(change);
    const object = ref && live.get(refKey(ref));
    if (ref && !schemas.has(gvkKey(ref.kind))) {
      schemas.set(gvkKey(ref.kind), await session.schemas.resolve(ref.kind));
    }
    const schema = ref && schemas.get(gvkKey(ref.kind))?.schema;
    const text = differenceOf(change, object, schema);
    if (text !== undefined) found.push(`${objectText(change)}: ${text}`);
  }
  return found;
}

type SchemaOf = Parameters<typeof fieldChanges>[2]["schema"];

/** Returns how an object differs from the plan; undefined when the object is as planned. */
export function differenceOf(
  { action, fields }: ObjectChange,
  object: KubeObject | undefined,
  schema?: SchemaOf,
): string | undefined {
  if (action === "pruned") {
    const isLeaving = object?.metadata.deletionTimestamp !== undefined;
    return object && !isLeaving ? "the object still exists" : undefined;
  }
  if (!object) return "the object does not exist";
  const all = fieldChanges(undefined, object, { schema, isSecret: () => false, hide: String });
  const values = new Map(all.map(({ path, new: value }) => [path, value]));
  const isHidden = (value: unknown) => typeof value === "string" && value.startsWith("hmac:");
  // Controllers and webhooks may fill an object that is empty in the plan.
  const isFilled = (path: string, value: unknown) =>
    isObject(value) && Object.keys(value).length === 0 &&
    values.keys().some((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[`));
  // The plan has an empty string where it could not know the UID of a new instance. Such a value is not compared.
  const wrong = fields.find(({ path, new: value }) =>
    value !== "" && !isHidden(value) && !jsonEqual(values.get(path), value) &&
    !isFilled(path, value)
  );
  return wrong && `${wrong.path} is not as planned`;
}
