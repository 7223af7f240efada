/**
 * A Kubernetes client over `fetch`. {@link loadConfig} reads a kubeconfig or the pod's service account.
 * {@link connect} returns a {@link KubeClient} with the verbs of the Kubernetes API. {@link Discovery}
 * looks up kinds, {@link Reflector} lists and watches objects, and {@link LeaseHolder} elects a leader.
 * This folder contains nothing that is specific to kro's graphs.
 *
 * @example Watch the ConfigMaps of a namespace
 * ```ts
 * import { connect, loadConfig, Reflector } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const kind = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
 * const print = ({ metadata }: { metadata: { name?: string } }) => console.log(metadata.name);
 * const handlers = { added: print, modified: print, deleted: print };
 * await new Reflector(client, kind, { namespace: "default" }, handlers).start(AbortSignal.timeout(60_000));
 * ```
 *
 * @module
 */
export { AccessReviewer, type AccessVerdict } from "./access.ts";
export { Backoff } from "./backoff.ts";
export { readAtMost } from "./body.ts";
export { connect } from "./client.ts";
export { loadConfig, type LoadOptions } from "./config.ts";
export { Discovery } from "./discovery.ts";
export { ConfigError, NoClusterError } from "./errors.ts";
export { isEstablished, isServed, waitEstablished } from "./established.ts";
export { SERVICE_ACCOUNT_DIR, SERVICE_NAME } from "./in_cluster.ts";
export type { DiscoveredKind } from "./kind_index.ts";
export * from "./lease.ts";
export { TokenBucket } from "./token_bucket.ts";
export { LEASE_DEFAULTS, LeaseHolder, leaseIdentity, type LeaseOptions } from "./lease_holder.ts";
export { everyPage } from "./list_pages.ts";
export {
  type Listed,
  Reflector,
  type ReflectorHandlers,
  type ReflectorOptions,
} from "./reflector.ts";
export { readBytes, type ReadLimits } from "./read_file.ts";
export { mayAccess, type ResourceAccess } from "./review.ts";
export { compareRevisions } from "./resource_version.ts";
export { ScopedReflector } from "./scoped_reflector.ts";
export { Semaphore } from "./semaphore.ts";
export { inSlices } from "./slices.ts";
export { LONGEST_DELAY_MS, settledIn, sleep, within } from "./timers.ts";
export * from "./types.ts";
