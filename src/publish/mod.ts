/**
 * An RGD becomes a served kind: compiled, recorded as a GraphRevision, its CRD made, its status written;
 * and withdrawn when the RGD is deleted. The controller and the one-shot commands share it.
 *
 * - {@link publishGraph} publishes an RGD, {@link planGraph} returns the writes that this takes.
 * - {@link withdrawGraph} is one step of deleting an RGD.
 * - {@link buildGraph} compiles an RGD against the kinds of a cluster, without a write.
 * - {@link writeRgdStatus} writes conditions of an RGD outside a publication.
 * - {@link installCrds} creates kro's own CRDs.
 *
 * Publishing has three steps: `gather.ts` reads, `decide.ts` turns what was read into an ordered list of
 * writes and a status, `perform.ts` makes the writes up to the first refusal. A refusal is a fact for the
 * next decision, which returns what is left to do.
 *
 * @module
 */
export { type Attempt, type Build, type BuildDeps, buildGraph, problemsText } from "./build.ts";
export type { KindFacts } from "./crd_writes.ts";
export type { Known, Publication } from "./decide.ts";
export { MAX_REVISIONS, type PublishDeps, type RevisionEvents, type ServedGraph } from "./deps.ts";
export type { Candidates, Facts, LastGood } from "./facts.ts";
export { generatedFor, isOwned } from "./generated_crd.ts";
export { installCrds, ownCrds, ownCrdsPresent } from "./own_crds.ts";
export { type GraphPlan, planGraph, publishGraph, type PublishResult } from "./publish.ts";
export { releaseRevision } from "./revisions.ts";
export { type StatusUpdate, writeRgdStatus } from "./rgd_status.ts";
export {
  crdNameOf,
  kindOfCrd,
  waitingText,
  type WithdrawDeps,
  withdrawGraph,
  type WithdrawResult,
} from "./withdraw.ts";
export type { CreateWrite, Part, PatchWrite, Write, WriteBase } from "./writes.ts";
