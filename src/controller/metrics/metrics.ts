/** The metrics of a process in Prometheus' text format, under upstream's names where they mean the same. */
import { ApiError, type KindRef, LEASE_NAME } from "../../api/mod.ts";
import type { CelTotals } from "../../cel/mod.ts";
import type { InterestCount } from "../../clusters/mod.ts";
import type { RequestInfo, WatchInfo } from "../../kube/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";
import type { Worked } from "../queue.ts";
import { CacheMetrics } from "./caches.ts";
import { GraphMetrics } from "./graphs.ts";
import { commaForm, gvrForms, type InstanceConditions, InstanceMetrics } from "./instances.ts";
import { Instruments } from "./instruments.ts";
import { ProcessMetrics } from "./process.ts";
import { GRAPHS, INSTANCES, QueueMetrics, type QueueView } from "./queues.ts";
import { RequestMetrics } from "./requests.ts";
import { RevisionMetrics } from "./revisions.ts";
import { SchemaMetrics } from "./schemas.ts";

/** Values that are read at each scrape. */
export interface MetricSources {
  /** The work queue of instances. */
  instances: QueueView;
  /** The work queue of RGDs. */
  graphs: QueueView;
  /** Kinds that have an instance controller, with the number of their instances. */
  served: () => { kind: KindRef; count: number }[];
  /** The instances' reads of external objects, by kind. */
  interests: () => InterestCount[];
  /** The number of cached CRDs and OpenAPI documents. */
  schemas: () => number;
  /** Whether this process holds the Lease. */
  leads: () => boolean;
  /** The conditions of all instances; only with the feature gate InstanceConditionMetrics. */
  conditions?: () => Iterable<InstanceConditions>;
}

/**
 * All metrics of a kro process. Labels name kinds and RGDs, whose series are removed when they are deleted;
 * they name instances only with the feature gate InstanceConditionMetrics.
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
  /** Metrics of GraphRevisions. */
  readonly revisions: RevisionMetrics = new RevisionMetrics(this.#to);
  /** Metrics of the lookups of schemas. */
  readonly schemas: SchemaMetrics = new SchemaMetrics(this.#to);
  /** Totals of evaluated CEL expressions and their cost, to be passed as `celTotals` of a pass. */
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

  /** Registers all metrics except those of {@link watch}. */
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
   * Starts to sample the lag of the event loop; the returned function stops it. `onLag` is called with each
   * delay of a second-long timer, in milliseconds.
   */
  sample(onLag?: (ms: number) => void): () => void {
    return this.#process.sample(onLag);
  }

  /** Counts an error that no code caught. `work` is a constant of the code. */
  internalError(work: string): void {
    this.#process.internalError(work);
  }

  /** Sets the host of the API server, by its URL, in the request metrics. */
  setServer(server: string): void {
    this.#requests.setServer(server);
  }

  /** Counts a request and its response, as the client's `onRequest`. */
  readonly request = (info: RequestInfo): void => this.#requests.request(info);

  /** Records the size of a response body in characters, as the client's `onBody`. */
  readonly answered = (verb: string, characters: number): void =>
    this.#requests.body(verb, characters);

  /** Counts a request that is sent again, as the client's `onRetry`. */
  readonly repeated = (verb: string, code: number): void => this.#requests.retry(verb, code);

  /** Records how long a request waited for the rate limit, as the client's `onWait`. */
  readonly waited = (verb: string, seconds: number): void => this.#requests.wait(verb, seconds);

  /** Counts a watch that was opened or ended, as the client's `onWatch`. */
  readonly watched = (info: WatchInfo): void => this.#requests.watch(info);

  /** Registers the metrics whose values are read from these sources at each scrape. Called once. */
  watch(sources: MetricSources): void {
    const { instances, graphs, served, interests, schemas, leads, conditions } = sources;
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
  }

  /** Records completed work of the queue of instances. */
  readonly instanceWorked = (worked: Worked): void => this.#queues.worked(INSTANCES, worked);

  /** Records completed work of the queue of RGDs. */
  readonly graphWorked = (worked: Worked): void => this.#queues.worked(GRAPHS, worked);

  /** Counts a pass over an instance of that kind. */
  pass(kind: KindRef, outcome: Outcome, seconds: number): void {
    this.#instances.pass(kind, outcome, seconds);
  }

  /** Counts a pass over an instance that threw: an ApiError, or an internal error of kro. */
  passBroke(kind: KindRef, error: unknown): void {
    const isApi = error instanceof ApiError;
    if (!isApi || error.reason !== "Withheld") this.#instances.broke(kind, !isApi);
  }

  /** Records that a kind's cache was synced for a graph after so many seconds. */
  readonly cacheSynced = (kind: KindRef, seconds: number): void =>
    this.#caches.synced(kind, seconds);

  /** Counts a watch event of a child or an external object; `woke` says whether it requeued an instance. */
  readonly routed = (kind: KindRef, woke: boolean): void => this.#caches.routed(kind, woke);

  /** Counts a change of an instance's state; `from` is empty before its first pass. */
  instanceState(kind: KindRef, from: string, to: string): void {
    this.#instances.state(kind, from, to);
  }

  /** Counts a watch event of an instance that causes a pass. */
  instanceEvent(kind: KindRef, event: "add" | "update" | "delete"): void {
    this.#instances.event(kind, event);
  }

  /** Counts a sweep over the children of a kind: objects compared, and changes that no event reported. */
  swept(kind: KindRef, compared: number, missed: number): void {
    this.#instances.swept(kind, compared, missed);
  }

  /** Counts a kind whose instances are watched from now on. */
  kindServed(): void {
    this.#handlers.inc({ type: "parent" });
  }

  /** Counts a kind that is no longer served, and removes its series from all other metrics. */
  async kindGone(kind: KindRef): Promise<void> {
    this.#detached.inc({ type: "parent" });
    await this.#to.forget("gvr", gvrForms(kind));
    const resource = `${kind.plural}.${kind.group}`;
    await this.#to.forget("resource", [resource, `${resource}/status`]);
  }

  /** Counts a compilation of an RGD; `ok` is false when it found problems. */
  build(name: string, seconds: number, ok: boolean): void {
    this.#graphs.build(name, seconds, ok);
  }

  /** Counts a pass over an RGD that threw an internal error of kro. Ignores an ApiError. */
  rgdBroke(error: unknown): void {
    if (!(error instanceof ApiError)) this.#queues.graphBroke();
  }

  /** Counts the result of a pass over an RGD. */
  rgdResolution(result: "serve" | "issue" | "failed"): void {
    this.#graphs.resolution(result);
  }

  /** Counts a change of an RGD's state. */
  rgdState(name: string, from: string, to: string): void {
    this.#graphs.state(name, from, to);
  }

  /** Counts a created GraphRevision. */
  revisionIssued(reason: "no_revision" | "spec_changed"): void {
    this.#graphs.issued(reason);
  }

  /** Counts a deleted RGD, so many seconds after its deletion timestamp. */
  async rgdDeleted(name: string, seconds: number): Promise<void> {
    await this.#graphs.deleted(name, seconds);
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#to.text();
  }
}
