/** What publishing needs from its caller, and the graph that it hands back to be served. */
import type { KindRef } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { BuildDeps } from "./build.ts";

/** GraphRevisions kept per RGD unless the caller says otherwise: upstream's `--rgd-max-graph-revisions`. */
export const MAX_REVISIONS = 5;

/** A compiled graph and the GraphRevision that records its spec. */
export interface ServedGraph {
  /** The compiled graph. */
  graph: Graph;
  /** `spec.revision` of the GraphRevision. */
  revision: number;
}

/** Callbacks for metrics about GraphRevisions. */
export interface RevisionEvents {
  /** A revision was compiled; `ok` is false when it has problems. */
  compiled(ok: boolean, seconds: number): void;
  /** A write of a revision's status failed; `ok` is the verdict that it would have recorded. */
  statusFailed(ok: boolean): void;
  /** A revision beyond the limit was deleted; `ok` is false when that failed. */
  retired(ok: boolean): void;
}

/** What publishing an RGD needs. */
export interface PublishDeps extends BuildDeps {
  /** The cluster. */
  client: KubeClient;
  /** kro's version, for the label `kro.run/kro-version`. */
  version: string;
  /** Time for conditions. */
  now: () => Date;
  /** Ends the wait until the generated CRD is established. */
  signal?: AbortSignal;
  /**
   * The kind of the same group, with the same kind or plural, that the API server or an aggregated API
   * serves already: a CRD beside it would be shadowed. Left out, no kind counts as shadowed.
   */
  taken?: (kind: KindRef) => Promise<KindRef | undefined>;
  /** The graph that serves the kind now, if the caller has it; it stays when the new spec cannot serve. */
  current?: ServedGraph;
  /**
   * Starts reconciling the kind's instances by this graph; a rejection becomes the condition
   * ControllerReady. Left out by commands that reconcile instances themselves.
   */
  serve?: (served: ServedGraph) => Promise<void>;
  /** How many GraphRevisions are kept, {@link MAX_REVISIONS} by default; zero or less keeps all. */
  maxRevisions?: number;
  /** Called with the duration of the compilation before any write shows its result. */
  onBuilt?: (seconds: number, ok: boolean) => void;
  /** Metrics about revisions. */
  events?: RevisionEvents;
}
