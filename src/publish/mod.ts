/**
 * Publishes RGDs (ResourceGraphDefinitions). Publishing compiles an RGD, records its spec as a
 * GraphRevision, creates or updates the generated CRD, and writes the RGD's status. When an RGD is deleted,
 * this folder also withdraws the kind that the RGD defines. The controller and the one-shot commands use
 * this folder.
 *
 * - {@link publishGraph} publishes an RGD; {@link planGraph} returns the writes that publishing would make.
 * - {@link observeGraph} returns these writes too, and serves the graph without writing.
 * - {@link crdProblems} finds the changes of the live CRD that publishing an RGD would refuse.
 * - {@link withdrawGraph} makes one step of deleting an RGD.
 * - {@link buildGraph} compiles an RGD against the kinds of a cluster and writes no object.
 * - {@link writeRgdStatus} writes conditions of an RGD outside a publication.
 * - {@link installCrds} creates kro's own CRDs.
 *
 * Publishing has three steps. `gather.ts` reads the cluster. `decide.ts` derives an ordered list of writes
 * and the RGD's status. `perform.ts` makes the writes up to the first refused write. After a refusal,
 * `decide.ts` decides again with the refusal as input, and returns the remaining writes.
 *
 * Withdrawing has the same three steps, with `decide_withdrawal.ts` instead of `decide.ts`. Some facts
 * determine which other facts are needed: kro lists the instances only if it deletes the CRD. Therefore
 * `decide_withdrawal.ts` returns the writes to make now and the fact to read next, until no fact is missing.
 *
 * @example Publish an RGD
 * ```ts
 * import type { ResourceGraphDefinition } from "../api/mod.ts";
 * import type { KubeClient } from "../kube/mod.ts";
 * import type { SchemaSource } from "../openapi/mod.ts";
 * import { problemsText, publishGraph } from "./mod.ts";
 *
 * async function publish(rgd: ResourceGraphDefinition, client: KubeClient, schemas: SchemaSource) {
 *   const deps = { client, schemas, version: "v0.9.4", now: () => new Date() };
 *   const { served, problems, error } = await publishGraph(rgd, deps);
 *   if (!served) throw new Error(error ?? problemsText(problems));
 *   return served.revision;
 * }
 * ```
 *
 * @module
 */
export {
  type Attempt,
  type Build,
  type BuildDeps,
  buildGraph,
  problemsText,
  tryBuild,
} from "./build.ts";
export { crdProblems } from "./crd_problems.ts";
export { isCrdRefused, type KindFacts } from "./crd_writes.ts";
export type { Known, Publication } from "./decide.ts";
export { MAX_REVISIONS, type PublishDeps, type RevisionEvents, type ServedGraph } from "./deps.ts";
export type { Candidates, Facts, LastGood } from "./facts.ts";
export { crdNameOf, generatedFor, isOwned, kindOfCrd, pendingChanges } from "./generated_crd.ts";
export { type ObservedPublication, observeGraph, type PublicationWrite } from "./observe.ts";
export { installCrds, ownCrds, ownCrdsPresent } from "./own_crds.ts";
export { type GraphPlan, planGraph, publishGraph, type PublishResult } from "./publish.ts";
export { type StatusUpdate, writeRgdStatus } from "./rgd_status.ts";
export {
  releaseRevision,
  waitingText,
  type WithdrawDeps,
  withdrawGraph,
  type WithdrawResult,
} from "./withdraw.ts";
export type {
  CreateWrite,
  Part,
  PatchWrite,
  ReleaseRevisionWrite,
  Write,
  WriteBase,
} from "./writes.ts";
