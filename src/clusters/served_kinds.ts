/** Decides whether a cluster serves a kind. The objects of a kind count as gone only if it does not. */
import { ApiError, CRD_KIND, groupKind, type KindRef, type KubeObject } from "../api/mod.ts";
import type { Discovery, KubeClient } from "../kube/mod.ts";

/** The kind APIService. */
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

/** An APIService: `spec.service` serves the group-version; without it, the API server itself does. */
export interface ApiService extends KubeObject {
  /** The group-version, and the service that serves it. */
  spec?: { group?: string; version?: string; service?: unknown };
  /** Whether the service is available. */
  status?: { conditions?: { type: string; status: string }[] };
}

/** Label of APIServices that the aggregator creates: `true` for the group-versions of CRDs. */
const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

/**
 * True when the API server itself or an aggregated API serves the group-version; false when CRDs do, or when
 * it is not served. Rejects with ApiError.
 */
export async function isServedWithoutCrd(
  client: KubeClient,
  { group, version }: { group: string; version: string },
): Promise<boolean> {
  // The aggregator serves its own API group without an APIService.
  if (group === API_SERVICE_KIND.group) return true;
  const name = `${version}.${group}`;
  const service = await client.get({ kind: API_SERVICE_KIND, name });
  return service !== undefined && service.metadata.labels?.[AUTOMANAGED] !== "true";
}

/**
 * The kind with the same group, and the same kind or plural, that the cluster serves without a CRD;
 * undefined when the name is free. Such a kind shadows a generated CRD: its objects would be read as
 * instances. Rejects with ApiError.
 */
export async function shadowed(
  client: KubeClient,
  discovery: Discovery,
  { group, kind, plural }: KindRef,
): Promise<KindRef | undefined> {
  const known = await discovery.kinds();
  const same = known.filter((k) => k.group === group && (k.kind === kind || k.plural === plural));
  for (const each of same) {
    // Discovery still lists the kind of a deleted CRD for some time.
    if (await isServedWithoutCrd(client, each)) return each;
  }
  return undefined;
}

/**
 * The kind from fresh discovery; undefined when it stores no objects, or when neither a CRD nor an APIService
 * serves it. Rejects with ApiError when that cannot be decided: an aggregated API that is down may still
 * have objects.
 */
export async function servedKind(
  client: KubeClient,
  discovery: Discovery,
  kind: { group: string; kind: string },
): Promise<KindRef | undefined> {
  await discovery.refresh();
  const found = await discovery.byGroupKind(kind);
  // A kind without the verb list, such as TokenReview, stores no objects.
  if (found) return found.verbs.includes("list") ? found : undefined;
  if (await discovery.isGroupStale(kind.group)) throw unknown(kind, "its API does not answer");
  // The core group can have neither CRDs nor an aggregated API.
  if (kind.group === "") return undefined;
  const [crds, services] = await Promise.all([
    client.list(CRD_KIND),
    client.list(API_SERVICE_KIND),
  ]);
  const crd = (crds.items as Crd[]).find(({ spec }) =>
    spec?.group === kind.group && spec.names?.kind === kind.kind
  );
  if (crd) return kindOf(crd, kind);
  const dead = (services.items as ApiService[]).find((service) =>
    service.spec?.group === kind.group && service.spec.service && !isAvailable(service)
  );
  if (dead) throw unknown(kind, `APIService ${dead.metadata.name} is not available`);
  return undefined;
}

function kindOf(crd: Crd, { group, kind }: { group: string; kind: string }): KindRef {
  const version = crd.spec?.versions?.find((each) => each.served)?.name;
  const plural = crd.spec?.names?.plural;
  if (!version || !plural) throw unknown({ group, kind }, "its CRD serves no version");
  return { group, version, kind, plural, namespaced: crd.spec?.scope === "Namespaced" };
}

/** True when the condition Available of the APIService says that its service is reachable. */
export function isAvailable(service: Pick<ApiService, "status">): boolean {
  return service.status?.conditions?.some((c) => c.type === "Available" && c.status === "True") ??
    false;
}

function unknown(kind: { group: string; kind: string }, why: string): ApiError {
  const message = `cannot tell whether objects of ${groupKind(kind)} remain: ${why}`;
  return new ApiError(message, { reason: "ServerError" });
}
