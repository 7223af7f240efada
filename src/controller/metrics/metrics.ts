/**
 * The metrics of a kro process in the text format of Prometheus. Metrics that upstream kro also has are named
 * as in upstream kro.
 */
import { ApiError, type KindRef, LEASE_NAME } from "../../api/mod.ts";
import type { CelTotals } from "../../cel/mod.ts";
import type { InterestCount } from "../../clusters/mod.ts";
import type { RequestInfo, WatchInfo } from "../../kube/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";
import type { Worked } from "../queue/work.ts";
import { CacheMetrics } from "./caches.ts";
import { GraphMetrics } from "./graphs.ts";
import { commaForm, gvrForms, type InstanceConditions, InstanceMetrics } from "./instances.ts";
import { Instruments } from "./instruments.ts";
import { type ObservedCounts, showObserved } from "./observed.ts";
import { ProcessMetrics } from "./process.ts";
import { GRAPHS, INSTANCES, QueueMetrics, type QueueView } from "./queues.ts";
import { RequestMetrics } from "./requests.ts";
import { RevisionMetrics } from "./revisions.ts";
import { SchemaMetrics } from "./schemas.ts";

/** The sources of values that are read at each scrape. */
export interface MetricSources {
  /** The work queue of instances. */
  instances: QueueView;
  /** The work queue of RGDs (ResourceGraphDefinitions). */
  graphs: QueueView;
  /** Returns the kinds that have an instance controller, with the number of instances of each kind. */
  served: () => { kind: KindRef; count: number }[];
  /** Returns, for each kind, how many external objects and label selectors the instances read. */
  interests: () => InterestCount[];
  /** Returns the number of cached CRDs and OpenAPI documents. */
  schemas: () => number;
  /** Returns whether this process holds the Lease. */
  leads: () => boolean;
  /** Returns the conditions of all instances; set only with the feature gate InstanceConditionMetrics. */
  conditions?: () => Iterable<InstanceConditions>;
  /** The numbers of the writes that kro would send; set only if the operator only observes. */
  observer?: ObservedCounts;
}

/**
 * All metrics of a kro process. Labels contain the names of kinds and RGDs; the series of a kind or an RGD
 * are removed when it is deleted. Labels contain the names of instances only with the feature gate
 * InstanceConditionMetrics.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Metrics } from "../mod.ts";
 *
 * const metrics = new Metrics();
 * metrics.build("shop", 0.01, true);
 * assert.match(await metrics.text(), /rgd_graph_build_total\{name="shop"\} 1/);
 * ```
 */
export class Metrics {
  readonly #to = new Instruments();
  readonly #requests = new RequestMetrics(this.#to);
  readonly #instances = new InstanceMetrics(this.#to);
  readonly #graphs = new GraphMetrics(this.#to);
  readonly #queues = new QueueMetrics(this.#to);
  /** The metrics of GraphRevisions. */
  readonly revisions: RevisionMetrics = new RevisionMetrics(this.#to);
  /** The metrics of schema lookups. */
  readonly schemas: SchemaMetrics = new SchemaMetrics(this.#to);
  /**
   * The totals of evaluated CEL expressions and their cost. The caller passes this object as `celTotals` to
   * each pass.
   */
  readonly cel: CelTotals = { evaluations: 0, cost: 0 };
  readonly #caches = new CacheMetrics(this.#to);
  readonly #handlers = this.#to.counter(
    "dynamic_controller_handler_attach_total",
    "Watches of instances that were started, one per kind.",
    ["type"],
  );
  readonly #detached = this.#to.counter(
    "dynamic_controller_handler_detach_total",
    "Watches of instances that were stopped, one per kind.",
    ["type"],
  );

  readonly #process = new ProcessMetrics(this.#to);

  /** Registers all metrics except those that {@link watch} registers. */
  constructor() {
    this.#to.total("cel_expr_eval_total", "CEL expressions evaluated.", [], () => [
      { labels: {}, value: this.cel.evaluations },
    ]);
    this.#to.total(
      "kro_cel_cost_total",
      "Cost of all evaluations of CEL expressions, in units of the cost budget.",
      [],
      () => [{ labels: {}, value: this.cel.cost }],
    );
  }

  /**
   * Starts to sample the lag of the event loop. The returned function stops the sampling.
   *
   * @param onLag Called once a second with the lag: how late a one-second timer fired, in milliseconds.
   */
  sample(onLag?: (ms: number) => void): () => void {
    return this.#process.sample(onLag);
  }

  /**
   * Counts an error that no code caught.
   *
   * @param work The name of the work that failed. Each name creates a series, so the name must be a constant
   * in the code.
   */
  internalError(work: string): void {
    this.#process.internalError(work);
  }

  /**
   * Sets the label `host` of the request metrics to the host of the API server.
   *
   * @param server The URL of the API server.
   */
  setServer(server: string): void {
    this.#requests.setServer(server);
  }

  /** Counts a request and its response. Used as the option `onRequest` of the client. */
  readonly request = (info: RequestInfo): void => this.#requests.request(info);

  /** Records the size of a response body in characters. Used as the option `onBody` of the client. */
  readonly answered = (verb: string, characters: number): void =>
    this.#requests.body(verb, characters);

  /** Counts a request that is sent again. Used as the option `onRetry` of the client. */
  readonly repeated = (verb: string, code: number): void => this.#requests.retry(verb, code);

  /**
   * Records how long a request waited for the rate limit, in seconds. Used as the option `onWait` of the
   * client.
   */
  readonly waited = (verb: string, seconds: number): void => this.#requests.wait(verb, seconds);

  /** Counts a watch that was opened or has ended. Used as the option `onWatch` of the client. */
  readonly watched = (info: WatchInfo): void => this.#requests.watch(info);

  /**
   * Registers the metrics whose values are read from the given sources at each scrape. Must be called only
   * once.
   */
  watch(sources: MetricSources): void {
    const { instances, graphs, served, interests, schemas, leads, conditions, observer } = sources;
    this.#queues.watch(INSTANCES, instances);
    this.#queues.watch(GRAPHS, graphs);
    const dynamic = "dynamic_controller";
    this.#to.gauge(`${dynamic}_gvr_count`, "Kinds served by graphs.", () => served().length);
    this.#to.gauges(
      `${dynamic}_handler_count_total`,
      "Kinds whose instances are watched.",
      ["type"],
      () => [{ labels: { type: "parent" }, value: served().length }],
    );
    this.#to.gauges(
      `${dynamic}_instance_watch_count`,
      "Instances in the watch caches.",
      ["parent_gvr"],
      () =>
        served().map(({ kind, count }) => ({
          labels: { parent_gvr: commaForm(kind) },
          value: count,
        })),
    );
    this.#to.gauges(
      "leader_election_master_status",
      "1 while this process holds the Lease, otherwise 0.",
      ["name"],
      () => [
        { labels: { name: LEASE_NAME }, value: leads() ? 1 : 0 },
      ],
    );
    this.#caches.showInterests(interests);
    this.schemas.showSize(schemas);
    if (conditions) this.#instances.showConditions(conditions);
    if (observer) showObserved(this.#to, observer);
  }

  /** Records that a worker has processed a key of the instance queue. */
  readonly instanceWorked = (worked: Worked): void => this.#queues.worked(INSTANCES, worked);

  /** Records that a worker has processed a key of the RGD queue. */
  readonly graphWorked = (worked: Worked): void => this.#queues.worked(GRAPHS, worked);

  /** Counts a pass over an instance of the kind, and records its outcome and its duration in seconds. */
  pass(kind: KindRef, outcome: Outcome, seconds: number): void {
    this.#instances.pass(kind, outcome, seconds);
  }

  /**
   * Counts a pass over an instance that threw an ApiError or an internal error of kro. An ApiError with the
   * reason `Withheld` is not counted: the client did not send the request, because this process does not hold
   * the Lease or is stopping.
   */
  passBroke(kind: KindRef, error: unknown): void {
    const isApi = error instanceof ApiError;
    if (!isApi || error.reason !== "Withheld") this.#instances.broke(kind, !isApi);
  }

  /** Records that syncing the cache of a kind took the given number of seconds. */
  readonly cacheSynced = (kind: KindRef, seconds: number): void =>
    this.#caches.synced(kind, seconds);

  /**
   * Counts a watch event of a child object or of an external object. `woke` is true when the event requeued
   * an instance.
   */
  readonly routed = (kind: KindRef, woke: boolean): void => this.#caches.routed(kind, woke);

  /**
   * Counts a change of an instance's `status.state`. `from` is an empty string before the first pass over the
   * instance.
   */
  instanceState(kind: KindRef, from: string, to: string): void {
    this.#instances.state(kind, from, to);
  }

  /** Counts a watch event of an instance that causes the instance to be reconciled. */
  instanceEvent(kind: KindRef, event: "add" | "update" | "delete"): void {
    this.#instances.event(kind, event);
  }

  /**
   * Counts the objects of a full resync of a kind.
   *
   * @param compared The number of child objects that were compared with the cache.
   * @param missed The number of changes that no watch event had reported.
   */
  swept(kind: KindRef, compared: number, missed: number): void {
    this.#instances.swept(kind, compared, missed);
  }

  /** Counts a kind when the watch of its instances has started. */
  kindServed(): void {
    this.#handlers.inc({ type: "parent" });
  }

  /** Counts a kind that has ceased to be served. Removes the series of the kind from all other metrics. */
  async kindGone(kind: KindRef): Promise<void> {
    this.#detached.inc({ type: "parent" });
    await this.#to.forget("gvr", gvrForms(kind));
    const resource = `${kind.plural}.${kind.group}`;
    await this.#to.forget("resource", [resource, `${resource}/status`]);
  }

  /**
   * Counts a compilation of an RGD and records its duration in seconds. `ok` is false when the compilation
   * found problems.
   */
  build(name: string, seconds: number, ok: boolean): void {
    this.#graphs.build(name, seconds, ok);
  }

  /** Counts an internal error of kro that occurred while an RGD was processed. An ApiError is not counted. */
  rgdBroke(error: unknown): void {
    if (!(error instanceof ApiError)) this.#queues.graphBroke();
  }

  /**
   * Counts the result of processing an RGD. `issue` means that kro created a GraphRevision. Without a new
   * GraphRevision, the result is `failed` if the RGD has problems, and `serve` otherwise.
   */
  rgdResolution(result: "serve" | "issue" | "failed"): void {
    this.#graphs.resolution(result);
  }

  /** Counts a change of an RGD's `status.state`. */
  rgdState(name: string, from: string, to: string): void {
    this.#graphs.state(name, from, to);
  }

  /**
   * Counts a GraphRevision that kro created. The label of the metric is the reason for creating the revision.
   */
  revisionIssued(reason: "no_revision" | "spec_changed"): void {
    this.#graphs.issued(reason);
  }

  /**
   * Counts a deleted RGD.
   *
   * @param seconds The time from the deletion timestamp of the RGD to the end of its deletion, in seconds.
   */
  async rgdDeleted(name: string, seconds: number): Promise<void> {
    await this.#graphs.deleted(name, seconds);
  }

  /** Returns all metrics in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#to.text();
  }
}
