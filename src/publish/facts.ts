/**
 * The facts about an RGD and its objects from which `decide.ts` derives how to publish the RGD. These
 * functions send no request.
 */
import type { GraphRevision, KubeObject, ResourceGraphDefinition } from "../api/mod.ts";
import { specHash } from "../graph/mod.ts";
import type { Attempt } from "./build.ts";
import type { KindFacts } from "./crd_writes.ts";
import type { ServedGraph } from "./deps.ts";

/** The facts about an RGD that are read before the first decision. */
export interface Facts {
  /** The RGD as it was read from the cluster. */
  rgd: ResourceGraphDefinition;
  /** The result of compiling the RGD's spec. */
  build: Attempt;
  /**
   * The RGD's revisions, newest first, including revisions that are being deleted. Empty when the decision
   * does not need revisions.
   */
  revisions: GraphRevision[];
  /** The state of the generated CRD; absent when the RGD's spec does not compile or the RGD is suspended. */
  kind?: KindFacts;
}

/** The graph that kro serves while the RGD's present spec cannot be served, and the state of its CRD. */
export interface LastGood {
  /**
   * The last good graph. This is the graph that kro already serves. If kro serves no graph yet, this is the
   * graph of a revision that compiles and fits the live CRD; absent when no such revision exists.
   */
  served?: ServedGraph;
  /**
   * The state of the generated CRD; absent for a suspended RGD, because kro does not write the CRD of a
   * suspended RGD.
   */
  kind?: KindFacts;
}

/** The input of the search for the last good graph. */
export interface Candidates {
  /** The revisions to search, newest first. */
  revisions: readonly GraphRevision[];
  /** The live CRD; absent when the CRD was not read yet. */
  live?: KubeObject;
}

/** Returns the RGD's revisions that are not being deleted. */
export function keptRevisions({ revisions }: Facts): GraphRevision[] {
  return revisions.filter((revision) => !revision.metadata.deletionTimestamp);
}

/** Reports whether the newest revision records the RGD's present spec. */
export function isRecorded(facts: Facts): boolean {
  const [newest] = keptRevisions(facts);
  const { spec } = facts.rgd;
  if (!newest || !spec) return false;
  return specHash(newest.spec.snapshot.spec) === (facts.build.graph?.hash ?? specHash(spec));
}
