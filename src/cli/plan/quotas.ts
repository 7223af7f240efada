/**
 * Finds ResourceQuotas that the writes of a plan may exceed together. In a dry run, the API server checks one
 * object against a quota, as if the other objects of the plan did not exist.
 */
import { ApiError, type KindRef, type KubeObject, valueAt } from "../../api/mod.ts";
import { namesText } from "../../explain/mod.ts";
import { everyPage, type KubeClient } from "../../kube/mod.ts";
import type { PlannedWrite } from "../../reconcile/mod.ts";

const QUOTA: KindRef = {
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  namespaced: true,
};

/**
 * Returns notes about quotas that the created objects may exceed together, although the API server would
 * accept each object alone. Lists the quotas only if the plan creates at least two objects in one namespace.
 * If the quotas of a namespace cannot be listed, for example because the user lacks the right, a note gives
 * the cause.
 */
export async function checkQuotas(
  client: KubeClient,
  writes: readonly PlannedWrite[],
): Promise<string[]> {
  const created = Map.groupBy(writes.filter(isCreated), ({ ref }) => ref.namespace);
  const namespaces = [...created].flatMap(([name, all]) => name && all.length > 1 ? [name] : []);
  if (namespaces.length === 0) return [];
  const { quotas, failed } = await listQuotas(client, namespaces);
  return [...quotaNotes(writes, quotas), ...uncheckedNotes(failed)];
}

/** The quotas of several namespaces. */
interface Quotas {
  quotas: KubeObject[];
  /** The error of each namespace whose quotas could not be listed. */
  failed: Map<string, ApiError>;
}

/**
 * Lists the quotas with one request. If RBAC forbids a list of the whole cluster, sends one request for each
 * namespace instead. After an error other than a missing right, sends no further request.
 */
async function listQuotas(client: KubeClient, namespaces: readonly string[]): Promise<Quotas> {
  const found: Quotas = { quotas: [], failed: new Map() };
  const list = async (namespace?: string): Promise<ApiError | undefined> => {
    try {
      for await (const { items } of everyPage(client, QUOTA, { namespace }, () => [])) {
        for (const item of items) found.quotas.push(item);
      }
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  };
  let error = namespaces.length > 1 ? await list() : undefined;
  if (namespaces.length > 1 && !error) return found;
  for (const namespace of namespaces) {
    if (!error || isForbidden(error)) error = await list(namespace);
    if (error) found.failed.set(namespace, error);
  }
  return found;
}

/** Returns one note for all namespaces whose quotas could not be listed for the same reason. */
function uncheckedNotes(failed: ReadonlyMap<string, ApiError>): string[] {
  const causeOf = (error: ApiError) =>
    isForbidden(error) ? "this user may not list resourcequotas" : error.message;
  const byCause = Map.groupBy(failed, ([, error]) => causeOf(error));
  return [...byCause].map(([cause, all]) =>
    `the ResourceQuotas in namespace ${namesText(all.map(([name]) => name))} were not checked: ` +
    `${cause}; the objects that the plan creates may exceed them together`
  );
}

function isForbidden(error: ApiError): boolean {
  return error.reason === "Forbidden";
}

/** Returns a note for each quota and each of its limits that the created objects may exceed together. */
export function quotaNotes(
  writes: readonly PlannedWrite[],
  quotas: readonly KubeObject[],
): string[] {
  const counts = new Map<string, number>();
  for (const { ref: { kind, namespace } } of writes.filter(isCreated)) {
    const key = `${namespace} ${resourceOf(kind)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return quotas.flatMap((quota) => {
    const { namespace, name = "" } = quota.metadata;
    const limits = valueAt(quota, ["spec", "hard"]) ?? valueAt(quota, ["status", "hard"]) ?? {};
    const unknown: string[] = [];
    const notes: string[] = [];
    for (const key of Object.keys(limits)) {
      const { resource, isCount } = limitedBy(key);
      const count = counts.get(`${namespace} ${resource}`) ?? 0;
      const [hard, used] = ["hard", "used"].map((part) => number(quota, part, key));
      if (!isCount || isScoped(quota) || hard === undefined || used === undefined) {
        if (count > 1) unknown.push(key);
      } else if (used + count > hard) {
        const free = Math.max(0, hard - used);
        notes.push(
          `the plan creates ${count} ${resource} in namespace ${namespace}, ` +
            `but ResourceQuota ${name} allows only ${free} more ` +
            `(${key}: ${used} of ${hard} used); the API server checked each object alone`,
        );
      }
    }
    if (unknown.length === 0) return notes;
    const limited = unknown.join(", ");
    return [
      ...notes,
      `ResourceQuota ${name} limits ${limited} in namespace ${namespace}: ` +
      "the API server checked each object alone, and together they may exceed it",
    ];
  });
}

function isCreated({ action }: PlannedWrite): boolean {
  return action === "created";
}

function resourceOf({ group, plural = "" }: KindRef): string {
  return group ? `${plural}.${group}` : plural;
}

/** The resources of the core group whose objects a quota counts without the prefix `count/`. */
const COUNTED = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

/**
 * Returns the resource whose objects use a limit of a quota, and whether each object uses exactly 1 of the
 * limit. See https://kubernetes.io/docs/concepts/policy/resource-quotas.
 */
function limitedBy(key: string): { resource: string; isCount: boolean } {
  if (key.startsWith("count/")) return { resource: key.slice("count/".length), isCount: true };
  if (COUNTED.has(key)) return { resource: key, isCount: true };
  if (key.startsWith("services.")) return { resource: "services", isCount: false };
  if (key === "requests.storage" || key.includes(".storageclass.storage.k8s.io/")) {
    return { resource: "persistentvolumeclaims", isCount: false };
  }
  if (key.includes(".deviceclass.resource.k8s.io/")) {
    return { resource: "resourceclaims.resource.k8s.io", isCount: false };
  }
  return { resource: "pods", isCount: false };
}

/** Whether the quota counts only some of the objects of a resource. */
function isScoped(quota: KubeObject): boolean {
  const scopes = ["scopes", "scopeSelector"].map((field) => valueAt(quota, ["spec", field]));
  return scopes.some((scope) => scope !== undefined);
}

/**
 * Returns a number of objects from the status of a quota; undefined if it is absent or is not written as an
 * integer, such as `1k`.
 */
function number(quota: KubeObject, part: string, key: string): number | undefined {
  const value = valueAt(quota, ["status", part, key]);
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined;
}
