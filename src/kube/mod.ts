/**
 * Kubernetes over fetch: configuration, transport, discovery, watch, server-side apply, leases, events.
 * It knows nothing of graphs.
 *
 * @module
 */
export * from "./types.ts";
// loadConfig(options: {kubeconfig?, context?, namespace?}): Promise<ClusterConfig>   KubeConfigError on bad files
// connect(config, {userAgent, qps?, burst?, onRequest?}): KubeClient
// Discovery: resolve kind by gvk / by group kind / by plural or short name, refresh()
// Reflector: list+watch with resume, handlers {added, modified, deleted, synced}
// LeaseHolder / readLease ; EventRecorder
