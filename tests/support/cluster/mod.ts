/**
 * Tools for tests on a control plane:
 * - `TestCluster`: a namespace and the objects in it;
 * - `TestGraph`: an RGD and its instances;
 * - `kroTest` and `startController`: kro in the test's own process;
 * - `startKro`: kro in a separate process;
 * - `KroRequests`: kro's requests to the API server.
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
export * from "./service_account.ts";
export * from "./scenario.ts";
export * from "./silent_api.ts";
export type { Scenario } from "./session.ts";
export * from "./status.ts";
