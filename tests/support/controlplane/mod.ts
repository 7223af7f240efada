/**
 * Starts a real control plane for tests and for the demo: etcd, kube-apiserver, kube-controller-manager,
 * kube-scheduler and kwok on the loopback interface. Tests can authenticate as three users: an administrator,
 * a user for kro, and a user with read-only permissions.
 *
 * @module
 */
export { attach } from "./access.ts";
export type { Output, RunningControlPlane } from "./access.ts";
export * from "./audit.ts";
export { kubernetesFolder } from "./kubernetes.ts";
export { apiOnly, startControlPlane } from "./start.ts";
export type { ControlPlane, Optional, StartOptions } from "./start.ts";
export { buildOracle, buildUpstream } from "./upstream.ts";
export type { User } from "./users.ts";
