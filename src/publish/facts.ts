/** The facts from which a publication is decided. Pure. */
import type { GraphRevision, KubeObject, ResourceGraphDefinition } from "../api/mod.ts";
import { specHash } from "../graph/mod.ts";
import type { Attempt } from "./build.ts";
import type { KindFacts } from "./crd_writes.ts";
import type { ServedGraph } from "./deps.ts";

/** The facts about an RGD that are read before the first decision. */
export interface Facts {
  /** The RGD as it was read. */
  rgd: ResourceGraphDefinition;
  /** The result of compiling its spec. */
  build: Attempt;
  /** Its revisions, newest first, including those that are being deleted; empty when not needed. */
  revisions: GraphRevision[];
  /** State of the generated CRD; absent when the spec does not compile or the RGD is suspended. */
  kind?: KindFacts;
}

/** The graph that can serve while the spec cannot. */
export interface LastGood {
  /** The graph that serves now, or the newest recorded one that compiles and fits the live CRD. */
  served?: ServedGraph;
  /** State of the generated CRD; absent for a suspended RGD, whose CRD is not written. */
  kind?: KindFacts;
}

/** The revisions among which the last good graph is searched. */
export interface Candidates {
  /** Revisions, newest first. */
  revisions: readonly GraphRevision[];
  /** The live CRD, if it was already read. */
  live?: KubeObject;
}

/** The revisions that are not being deleted. */
export function keptRevisions({ revisions }: Facts): GraphRevision[] {
  return revisions.filter((revision) => !revision.metadata.deletionTimestamp);
}

/** True when the newest revision records the RGD's present spec. */
export function isRecorded(facts: Facts): boolean {
  const [newest] = keptRevisions(facts);
  const { spec } = facts.rgd;
  if (!newest || !spec) return false;
  return specHash(newest.spec.snapshot.spec) === (facts.build.graph?.hash ?? specHash(spec));
}
