/**
 * Decides whether a cluster serves a kind. kro may treat all objects of a kind as deleted only if the cluster
 * does not serve the kind.
 */
import { ApiError, CRD_KIND, groupKind, type KindRef, type KubeObject } from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";

/** The kind APIService of the aggregation layer. */
export const API_SERVICE_KIND: KindRef = {
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  namespaced: false,
};

interface Crd extends KubeObject {
  spec?: {
    group?: string;
    scope?: string;
    names?: { kind?: string; plural?: string };
    versions?: { name: string; served?: boolean }[];
  };
}

/**
 * An APIService, which registers a group and version with the API server. With `spec.service`, that service
 * serves the group and version as an aggregated API. Without `spec.service`, the API server itself serves the
 * group and version.
 */
export interface ApiService extends KubeObject {
  /** The registered API group and version, and the service that serves them. */
  spec?: { group?: string; version?: string; service?: unknown };
  /** The conditions of the APIService, which show whether the service is available. */
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * The label of the APIServices that the aggregator creates by itself. If the value is `true`, the APIService
 * was created for the group and version of a CRD.
 */
const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

/**
 * Returns true when the API server itself or an aggregated API serves the group and version. Returns false
 * when CRDs define the kinds of the group and version, or when the cluster does not serve the group and
 * version. Rejects with ApiError.
 */
export async function isServedWithoutCrd(
  client: KubeClient,
  { group, version }: { group: string; version: string },
): Promise<boolean> {
  // The aggregator serves its own API group without an APIService, so no APIService is read.
  if (group === API_SERVICE_KIND.group) return true;
  const name = `${version}.${group}`;
  const service = await client.get({ kind: API_SERVICE_KIND, name });
  return service !== undefined && service.metadata.labels?.[AUTOMANAGED] !== "true";
}

/**
 * Returns a kind of the cluster that shadows the given kind of a generated CRD; undefined when the kind is
 * not shadowed. A kind shadows the given kind if three conditions hold: the groups are equal; the kind names
 * or the plurals are equal; and the API server itself or an aggregated API serves the shadowing kind. kro
 * would read the objects of the shadowing kind as instances. Rejects with ApiError.
 */
export async function shadowed(
  client: KubeClient,
  discovery: Discovery,
  { group, kind, plural }: KindRef,
): Promise<KindRef | undefined> {
  const known = await discovery.kinds();
  const same = known.filter((k) => k.group === group && (k.kind === kind || k.plural === plural));
  for (const each of same) {
    // For some time, discovery still lists the kind of a CRD that was deleted. Only an APIService confirms
    // that the kind is served without a CRD.
    if (await isServedWithoutCrd(client, each)) return each;
  }
  return undefined;
}

/**
 * Returns the kind from fresh discovery. Returns undefined when the kind stores no objects, or when neither a
 * CRD nor an APIService serves it. Rejects with ApiError when the aggregated API of the kind is down, because
 * the API may still store objects.
 */
export async function servedKind(
  client: KubeClient,
  discovery: Discovery,
  kind: { group: string; kind: string },
): Promise<KindRef | undefined> {
  await discovery.refresh();
  const found = await discovery.byGroupKind(kind);
  // A kind without the verb `list`, such as TokenReview, stores no objects.
  if (found) return found.verbs.includes("list") ? found : undefined;
  if (await discovery.isGroupStale(kind.group)) throw unknown(kind, "its API does not answer");
  // CRDs and aggregated APIs cannot add kinds to the core group. If discovery does not list a kind of the
  // core group, the kind does not exist.
  if (kind.group === "") return undefined;
  const { crds, services } = await definitions(client);
  const crd = crds.find(({ spec }) => spec?.group === kind.group && spec.names?.kind === kind.kind);
  if (crd) return kindOf(crd, kind);
  const dead = services.find((service) =>
    service.spec?.group === kind.group && service.spec.service && !isAvailable(service)
  );
  if (dead) throw unknown(kind, `APIService ${dead.metadata.name} is not available`);
  return undefined;
}

interface Definitions {
  readonly crds: readonly Crd[];
  readonly services: readonly ApiService[];
}

/**
 * The lists that callers have asked for and whose requests have not been sent yet; one entry for each client.
 */
const requested = new WeakMap<object, Promise<Definitions>>();

/**
 * Lists all CRDs and APIServices. Calls that arrive before the requests are sent share the lists. Sharing
 * saves requests: an inventory may have many kinds that the cluster does not serve, and each lookup of such a
 * kind needs the lists.
 */
function definitions(client: Pick<KubeClient, "list">): Promise<Definitions> {
  const known = requested.get(client);
  if (known) return known;
  const lists = Promise.resolve().then(async () => {
    // Callers that arrive after this point start new lists, because a CRD that is created from now on may be
    // missing in these lists.
    requested.delete(client);
    const [crds, services] = await Promise.all([
      client.list(CRD_KIND),
      client.list(API_SERVICE_KIND),
    ]);
    return { crds: crds.items as Crd[], services: services.items as ApiService[] };
  });
  requested.set(client, lists);
  return lists;
}

function kindOf(crd: Crd, { group, kind }: { group: string; kind: string }): KindRef {
  const version = crd.spec?.versions?.find((each) => each.served)?.name;
  const plural = crd.spec?.names?.plural;
  if (!version || !plural) throw unknown({ group, kind }, "its CRD serves no version");
  return { group, version, kind, plural, namespaced: crd.spec?.scope === "Namespaced" };
}

/**
 * Returns true when the condition `Available` of the APIService is true, which means that its service is
 * reachable.
 */
export function isAvailable(service: Pick<ApiService, "status">): boolean {
  return service.status?.conditions?.some((c) => c.type === "Available" && c.status === "True") ??
    false;
}

function unknown(kind: { group: string; kind: string }, why: string): ApiError {
  const message = `cannot tell whether objects of ${groupKind(kind)} remain: ${why}`;
  return new ApiError(message, { reason: "ServerError" });
}
