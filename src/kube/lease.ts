/** Reads Leases of coordination.k8s.io: who holds them, and whether they have expired. */
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
  /** Identity of its holder; undefined when the holder has released it. */
  holder?: string;
  /** Whether it is held and has not expired. */
  live: boolean;
}

/** Options of {@link readLeases}. */
export interface ReadLeasesOptions {
  /** Namespace to read besides `kube-system` when RBAC forbids a list of all namespaces. */
  namespace?: string;
  /** Time for which to compute the state, in milliseconds since 1970; now by default. */
  now?: number;
}

/**
 * Returns the Leases with this name in all namespaces or, when RBAC forbids that list, in
 * `options.namespace` and `kube-system`. Rejects with ApiError when RBAC forbids all of these reads.
 *
 * @example
 * ```ts
 * import { connect, loadConfig, readLeases } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const leases = await readLeases(client, "controller.kro.run", { namespace: "kro-system" });
 * console.log(leases.find((lease) => lease.live)?.holder);
 * ```
 */
export async function readLeases(
  client: KubeClient,
  name: string,
  options: ReadLeasesOptions = {},
): Promise<LeaseState[]> {
  const found = await findLeases(client, name, options.namespace);
  const now = options.now ?? Date.now();
  return found.map((lease) => leaseState(lease, now));
}

/**
 * Returns the state of a Lease at the time `now`, in milliseconds since 1970.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { leaseState, microTime } from "./mod.ts";
 *
 * const spec = { holderIdentity: "a", renewTime: microTime(0), leaseDurationSeconds: 15 };
 * const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: {}, spec };
 * assert.equal(leaseState(lease, 14_999).live, true);
 * assert.equal(leaseState(lease, 15_000).live, false);
 * ```
 */
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

/** Returns a reference to a Lease. */
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
  // An empty list would say that the Lease is free, which is unknown here.
  if (readable === 0) throw refused;
  return found;
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Forbidden";
}
