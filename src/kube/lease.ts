/**
 * Reads Leases (API group coordination.k8s.io): which process holds a Lease, and whether the Lease has
 * expired.
 */
import { ApiError, isObject, type KindRef, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { KubeClient } from "./types.ts";

/** The kind Lease, with the plural and the scope that request URLs need. */
export const LEASE_KIND: KindRef = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

/** The default namespace of Leases. */
export const LEASE_NAMESPACE = "kube-system";

/** The state of a Lease at one point in time. */
export interface LeaseState {
  /** The namespace of the Lease. */
  namespace: string;
  /** The name of the Lease. */
  name: string;
  /** The identity of the process that holds the Lease; undefined when the Lease was released. */
  holder?: string;
  /** Whether a process holds the Lease and the Lease has not expired. */
  live: boolean;
}

/** The options of {@link readLeases}. */
export interface ReadLeasesOptions {
  /**
   * The namespace to read in addition to `kube-system` when RBAC forbids reading the Leases of all namespaces
   * together.
   */
  namespace?: string;
  /** The time at which the state is computed, in milliseconds since 1970; the present time by default. */
  now?: number;
}

/**
 * Returns the Leases with this name in all namespaces. If RBAC forbids reading all namespaces together, only
 * the Leases in `options.namespace` and in `kube-system` are returned. Rejects with ApiError when RBAC
 * forbids reading these two namespaces too.
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

/**
 * Formats a time as metav1.MicroTime, which is RFC 3339 with six decimals.
 *
 * @param milliseconds The time, in milliseconds since 1970.
 */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** Returns the reference to a Lease. */
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
  // If no namespace could be read, the Lease may still exist. An empty list would wrongly mean that no
  // process holds the Lease.
  if (readable === 0) throw refused;
  return found;
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "Forbidden";
}
