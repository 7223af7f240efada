/** What a publication is decided from. Pure. */
import type { GraphRevision, KubeObject, ResourceGraphDefinition } from "../api/mod.ts";
import { specHash } from "../graph/mod.ts";
import type { Attempt } from "./build.ts";
import type { KindFacts } from "./crd_writes.ts";
import type { ServedGraph } from "./deps.ts";

/** What is known of an RGD before anything of it is written. */
export interface Facts {
  /** The RGD as it was read. */
  rgd: ResourceGraphDefinition;
  /** Its spec, compiled. */
  build: Attempt;
  /** Its revisions, newest first, with those that are being deleted; empty when none is needed. */
  revisions: GraphRevision[];
  /** What the cluster has of its kind; absent unless the spec compiles and is not suspended. */
  kind?: KindFacts;
}

/** The graph that can go on serving while the spec cannot. */
export interface LastGood {
  /** The graph that serves now, else the newest recorded one that compiles and fits the live CRD. */
  served?: ServedGraph;
  /** What the cluster has of its kind; absent for a suspended RGD, whose CRD is not touched. */
  kind?: KindFacts;
}

/** Which revisions may be the last good one. */
export interface Candidates {
  /** Revisions, newest first. */
  revisions: readonly GraphRevision[];
  /** The live CRD, if it was read already. */
  live?: KubeObject;
}

/** The revisions that are not being deleted. */
export function keptRevisions({ revisions }: Facts): GraphRevision[] {
  return revisions.filter((revision) => !revision.metadata.deletionTimestamp);
}

/** True when the newest revision records the RGD's spec. */
export function isRecorded(facts: Facts): boolean {
  const [newest] = keptRevisions(facts);
  const { spec } = facts.rgd;
  if (!newest || !spec) return false;
  return specHash(newest.spec.snapshot.spec) === (facts.build.graph?.hash ?? specHash(spec));
}
