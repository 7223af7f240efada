/** Leases of coordination.k8s.io: their holders, and whether those still renew them. */
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

/** Default namespace of Leases. */
export const LEASE_NAMESPACE = "kube-system";

/** The state of a Lease at one time. */
export interface LeaseState {
  /** Its namespace. */
  namespace: string;
  /** Its name. */
  name: string;
  /** Identity of its holder; undefined when the Lease was given back. */
  holder?: string;
  /** Whether it is held and has not expired. */
  live: boolean;
}

/** Options of {@link readLeases}. */
export interface ReadLeasesOptions {
  /** Namespace that is read beside kube-system when RBAC forbids to list all namespaces. */
  namespace?: string;
  /** Time at which the Leases are judged, in milliseconds since 1970; now by default. */
  now?: number;
}

/** The Leases of this name in all namespaces that RBAC allows to read. Rejects with ApiError when none is. */
export async function readLeases(
  client: KubeClient,
  name: string,
  options: ReadLeasesOptions = {},
): Promise<LeaseState[]> {
  const found = await findLeases(client, name, options.namespace);
  const now = options.now ?? Date.now();
  return found.map((lease) => leaseState(lease, now));
}

/** The state of a Lease at a time, in milliseconds since 1970. */
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

/** Formats a time, in milliseconds since 1970, as metav1.MicroTime: RFC 3339 with six decimals. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** Reference to a Lease. */
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
  // Without any readable namespace it is unknown whether there is a holder.
  if (readable === 0) throw refused;
  return found;
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Forbidden";
}
