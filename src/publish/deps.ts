/** The dependencies of publishing an RGD, and the graph that a publication serves. */
import type { KindRef } from "../api/mod.ts";
import type { Graph } from "../graph/mod.ts";
import type { KubeClient } from "../kube/mod.ts";
import type { Attempt, BuildDeps } from "./build.ts";

/**
 * The default maximum number of GraphRevisions per RGD, the same as that of upstream's flag
 * `--rgd-max-graph-revisions`.
 */
export const MAX_REVISIONS = 5;

/** A compiled graph together with the number of the GraphRevision that records the graph's spec. */
export interface ServedGraph {
  /** The compiled graph. */
  graph: Graph;
  /** The number of the GraphRevision, from its field `spec.revision`. */
  revision: number;
}

/** Callbacks for metrics, called when kro compiles, updates or deletes GraphRevisions. */
export interface RevisionEvents {
  /**
   * Called after a revision was compiled. `seconds` is the duration of the compilation; `ok` is false when
   * the revision has problems.
   */
  compiled(ok: boolean, seconds: number): void;
  /**
   * Called when a write of a revision's status failed. `ok` is the result that the write would have recorded:
   * true when the revision compiles.
   */
  statusFailed(ok: boolean): void;
  /**
   * Called after kro tried to delete a revision beyond the maximum number. `ok` is false when the deletion
   * failed.
   */
  retired(ok: boolean): void;
}

/** The dependencies of publishing an RGD. */
export interface PublishDeps extends BuildDeps {
  /** The client of the cluster. */
  client: KubeClient;
  /** The version of kro, for the label `kro.run/kro-version`. */
  version: string;
  /** The clock that sets the transition times of conditions. */
  now: () => Date;
  /** A signal that aborts waiting until the generated CRD is established. */
  signal?: AbortSignal;
  /**
   * Whether the cluster does not serve kro's own kinds yet, so that no RGD has a GraphRevision. Set only by a
   * plan, which installs nothing.
   */
  isUninstalled?: boolean;
  /**
   * Returns a kind that collides with `kind`, the kind of a generated CRD; undefined when no kind collides.
   * Two kinds collide if three conditions hold: the groups are equal; the kind names or the plurals are
   * equal; and the cluster serves one of the two kinds without a CRD. When this function is absent, kro does
   * not check for collisions.
   */
  taken?: (kind: KindRef) => Promise<KindRef | undefined>;
  /**
   * The graph that the caller serves at present. The caller continues to serve this graph when the new spec
   * cannot be served.
   */
  current?: ServedGraph;
  /**
   * Starts reconciling the instances of the kind with the graph `served`. When the function rejects, the
   * condition ControllerReady becomes False. A command that reconciles instances itself leaves this function
   * out.
   */
  serve?: (served: ServedGraph) => Promise<void>;
  /**
   * Returns the warning for the condition ControllerReady, such as the permissions that kro lacks. Returns an
   * empty string to remove the warning. Returns undefined while kro does not know whether to warn; the
   * condition then keeps its earlier warning.
   */
  warning?: () => string | undefined;
  /**
   * The maximum number of GraphRevisions per RGD, by default {@link MAX_REVISIONS}. Zero or a negative
   * number keeps all revisions.
   */
  maxRevisions?: number;
  /** Called with the result of the compilation before the result is written. */
  onBuilt?: (build: Attempt) => void;
  /** The callbacks for metrics about GraphRevisions. */
  events?: RevisionEvents;
}
