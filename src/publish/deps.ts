/** The dependencies of publishing, and the graph that it returns to be served. */
import type { KindRef } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { BuildDeps } from "./build.ts";

/** Default maximum of GraphRevisions per RGD, as upstream's `--rgd-max-graph-revisions`. */
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
  /** A revision was compiled in so many seconds; `ok` is false when it has problems. */
  compiled(ok: boolean, seconds: number): void;
  /** A write of a revision's status failed; `ok` says whether the revision compiles. */
  statusFailed(ok: boolean): void;
  /** A revision beyond the limit was deleted; `ok` is false when that failed. */
  retired(ok: boolean): void;
}

/** Dependencies of publishing an RGD. */
export interface PublishDeps extends BuildDeps {
  /** Client of the cluster. */
  client: KubeClient;
  /** kro's version, for the label `kro.run/kro-version`. */
  version: string;
  /** The clock, for transition times of conditions. */
  now: () => Date;
  /** Aborts the wait until the generated CRD is established. */
  signal?: AbortSignal;
  /**
   * Looks up the kind with the same group, and the same kind or plural, that the cluster serves without a
   * CRD. It would shadow the generated CRD. By default no lookup is made.
   */
  taken?: (kind: KindRef) => Promise<KindRef | undefined>;
  /** The graph that the caller serves the kind with now. It goes on serving when the new spec cannot. */
  current?: ServedGraph;
  /**
   * Starts reconciling the kind's instances by this graph. A rejection sets the condition ControllerReady to
   * False. Commands that reconcile instances themselves pass no function.
   */
  serve?: (served: ServedGraph) => Promise<void>;
  /** Maximum number of GraphRevisions, {@link MAX_REVISIONS} by default; zero or less keeps all. */
  maxRevisions?: number;
  /** Called with the duration of the compilation, in seconds, before its result is written. */
  onBuilt?: (seconds: number, ok: boolean) => void;
  /** Callbacks for metrics about revisions. */
  events?: RevisionEvents;
}
