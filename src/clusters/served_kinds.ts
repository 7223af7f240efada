/** Whether a kind is still there at all: asked before its objects count as gone for good. */
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

/** What of an APIService counts; one without a service stands for the API server itself. */
export interface ApiService extends KubeObject {
  /** What it stands for. */
  spec?: { group?: string; version?: string; service?: unknown };
  /** Whether that answers. */
  status?: { conditions?: { type: string; status: string }[] };
}

/** The label of an APIService that the API server keeps by itself: `true` when it stands for CRDs. */
const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

/** True when the group-version is the API server's own or an aggregated API's; false when CRDs make it, or nobody. */
export async function isServedWithoutCrd(
  client: KubeClient,
  { group, version }: { group: string; version: string },
): Promise<boolean> {
  // The aggregator serves its own group, for which there is no APIService.
  if (group === API_SERVICE_KIND.group) return true;
  const name = `${version}.${group}`;
  const service = await client.get({ kind: API_SERVICE_KIND, name });
  return service !== undefined && service.metadata.labels?.[AUTOMANAGED] !== "true";
}

/**
 * The kind of the same group and the same kind or plural that is served already, and not by a CRD:
 * a CRD beside it would be shadowed, and objects that are nobody's instances taken for some.
 */
export async function shadowed(
  client: KubeClient,
  discovery: Discovery,
  { group, kind, plural }: KindRef,
): Promise<KindRef | undefined> {
  const known = await discovery.kinds();
  const same = known.filter((k) => k.group === group && (k.kind === kind || k.plural === plural));
  for (const each of same) {
    // Discovery may lag behind a CRD that is gone.
    if (await isServedWithoutCrd(client, each)) return each;
  }
  return undefined;
}

/**
 * The kind by fresh discovery; undefined when it keeps no objects, or when there is neither a CRD nor an
 * APIService that could serve it. Rejects when that cannot be told: an aggregated API that does not answer keeps its objects.
 */
export async function servedKind(
  client: KubeClient,
  discovery: Discovery,
  kind: { group: string; kind: string },
): Promise<KindRef | undefined> {
  await discovery.refresh();
  const found = await discovery.byGroupKind(kind);
  // What cannot be listed is not kept: a TokenReview is answered and forgotten.
  if (found) return found.verbs.includes("list") ? found : undefined;
  if (await discovery.isGroupStale(kind.group)) throw unknown(kind, "its API does not answer");
  // Neither the core group nor any other of Kubernetes' own is missing from discovery unless unserved.
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

/** True when the API server gets answers from what it stands for. */
export function isAvailable(service: Pick<ApiService, "status">): boolean {
  return service.status?.conditions?.some((c) => c.type === "Available" && c.status === "True") ??
    false;
}

function unknown(kind: { group: string; kind: string }, why: string): ApiError {
  const message = `cannot tell whether objects of ${groupKind(kind)} remain: ${why}`;
  return new ApiError(message, { reason: "ServerError" });
}
