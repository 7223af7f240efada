/**
 * An RGD becomes a served kind: compiled, recorded as a GraphRevision, its CRD applied, its status
 * written; and withdrawn when the RGD is deleted. The controller and the one-shot commands share it.
 *
 * @module
 */
export { type Build, type BuildDeps, buildGraph, problemsText } from "./build.ts";
export { type CrdDeps, generatedFor, isOwned } from "./generated_crd.ts";
export { installCrds, ownCrds, ownCrdsPresent } from "./own_crds.ts";
export { type PublishDeps, publishGraph, type PublishResult } from "./publish.ts";
export { releaseRevision, type RevisionDeps, type RevisionEvents } from "./revisions.ts";
export { type StatusUpdate, writeRgdStatus } from "./rgd_status.ts";
export type { ServedGraph, ServingDeps } from "./serving.ts";
export {
  crdNameOf,
  kindOfCrd,
  waitingText,
  type WithdrawDeps,
  withdrawGraph,
  type WithdrawResult,
} from "./withdraw.ts";
