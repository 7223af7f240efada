/** Leases of coordination.k8s.io: who holds one, and whether he still lives. */
import { ApiError, isObject, type KindRef, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { KubeClient } from "./types.ts";

/** Kind of Leases. */
export const LEASE_KIND: KindRef = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

/** Namespace of Leases that have no better one. */
export const LEASE_NAMESPACE = "kube-system";

/** One Lease at one moment. */
export interface LeaseState {
  /** Where it is. */
  namespace: string;
  /** Its name. */
  name: string;
  /** Who holds it; undefined when it was given back. */
  holder?: string;
  /** Held, and renewed in time. */
  live: boolean;
}

/** Where else to look, and at what time. */
export interface ReadLeasesOptions {
  /** Looked at beside kube-system when Leases may not be listed in all namespaces. */
  namespace?: string;
  /** Milliseconds since 1970; the present by default. */
  now?: number;
}

/** The Leases of that name in all namespaces that may be read. */
export async function readLeases(
  client: KubeClient,
  name: string,
  options: ReadLeasesOptions = {},
): Promise<LeaseState[]> {
  const found = await findLeases(client, name, options.namespace);
  const now = options.now ?? Date.now();
  return found.map((lease) => leaseState(lease, now));
}

/** What a Lease says at a time (milliseconds since 1970). */
export function leaseState(lease: KubeObject, now: number): LeaseState {
  const spec = isObject(lease.spec) ? lease.spec : {};
  const holder = typeof spec.holderIdentity === "string" && spec.holderIdentity !== ""
    ? spec.holderIdentity
    : undefined;
  const renewed = typeof spec.renewTime === "string" ? Date.parse(spec.renewTime) : NaN;
  const seconds = typeof spec.leaseDurationSeconds === "number" ? spec.leaseDurationSeconds : 0;
  return {
    namespace: lease.metadata.namespace ?? "",
    name: lease.metadata.name ?? "",
    holder,
    live: holder !== undefined && renewed + seconds * 1000 > now,
  };
}

/** A time as the API server wants it in a Lease: exactly six decimals. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** A Lease by namespace and name. */
export function leaseRef(namespace: string, name: string): ObjectRef {
  return { kind: LEASE_KIND, namespace, name };
}

async function findLeases(
  client: KubeClient,
  name: string,
  namespace: string | undefined,
): Promise<KubeObject[]> {
  try {
    return (await client.list(LEASE_KIND, { fieldSelector: `metadata.name=${name}` })).items;
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const found: KubeObject[] = [];
  let refused: unknown;
  let readable = 0;
  for (const place of new Set([namespace ?? LEASE_NAMESPACE, LEASE_NAMESPACE])) {
    try {
      const lease = await client.get(leaseRef(place, name));
      readable++;
      if (lease) found.push(lease);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      refused = error;
    }
  }
  // Not allowed to know is not the same as nobody there.
  if (readable === 0) throw refused;
  return found;
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Forbidden";
}
