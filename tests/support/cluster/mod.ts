/**
 * Tools for tests on a control plane: a namespace and the objects in it (`TestCluster`), an RGD and its
 * instances (`TestGraph`), kro in the test's process (`kroTest`, `startController`) or in a separate one
 * (`startKro`), and its requests to the API server (`KroRequests`).
 *
 * @module
 */
export * from "../controlplane/shared.ts";
export * from "../kinds.ts";
export * from "../wait.ts";
export * from "./client.ts";
export * from "./cluster.ts";
export * from "./controller.ts";
export * from "./crds.ts";
export * from "./graph.ts";
export * from "./kro_process.ts";
export * from "./kro_requests.ts";
export * from "./nodes.ts";
export * from "./rgd_status.ts";
export * from "./scenario.ts";
export type { Scenario } from "./session.ts";
export * from "./status.ts";
