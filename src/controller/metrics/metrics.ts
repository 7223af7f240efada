/** Metrics in Prometheus' text format: upstream's names where they mean the same. */
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
import { processMetrics } from "./process.ts";
import { GRAPHS, INSTANCES, QueueMetrics, type QueueView } from "./queues.ts";
import { RequestMetrics } from "./requests.ts";
import { RevisionMetrics } from "./revisions.ts";
import { SchemaMetrics } from "./schemas.ts";

/** Values that are read when somebody asks for the metrics. */
export interface MetricSources {
  /** The queue of instances. */
  instances: QueueView;
  /** The queue of RGDs. */
  graphs: QueueView;
  /** Kinds that have an instance controller, with the number of their instances. */
  served: () => { kind: KindRef; count: number }[];
  /** What instances read of other people's objects. */
  interests: () => InterestCount[];
  /** How many CRDs and OpenAPI documents are kept. */
  schemas: () => number;
  /** Whether the Lease is held. */
  leads: () => boolean;
  /** The conditions of all instances, with the gate InstanceConditionMetrics. */
  conditions?: () => Iterable<InstanceConditions>;
}

/** What a process of kro counts. Labels name kinds, graphs and nodes' kinds, never instances. */
export class Metrics {
  readonly #to = new Instruments();
  readonly #requests = new RequestMetrics(this.#to);
  readonly #instances = new InstanceMetrics(this.#to);
  readonly #graphs = new GraphMetrics(this.#to);
  readonly #queues = new QueueMetrics(this.#to);
  /** What becomes of GraphRevisions. */
  readonly revisions: RevisionMetrics = new RevisionMetrics(this.#to);
  /** Where schemas come from. */
  readonly schemas: SchemaMetrics = new SchemaMetrics(this.#to);
  /** Counts the evaluations of CEL expressions; made to be the passes' `celTotals`. */
  readonly cel: CelTotals = { evaluations: 0, cost: 0 };
  readonly #caches = new CacheMetrics(this.#to);
  readonly #handlers = this.#to.counter(
    "dynamic_controller_handler_attach_total",
    "Kinds whose instances began to be watched.",
    ["type"],
  );
  readonly #detached = this.#to.counter(
    "dynamic_controller_handler_detach_total",
    "Kinds whose instances are no longer watched.",
    ["type"],
  );

  /** Begins to sample what has to be sampled; the returned function ends it. */
  readonly sample: () => () => void = processMetrics(this.#to);

  /** Counts nothing but the process itself until told to. */
  constructor() {
    this.#to.total("cel_expr_eval_total", "CEL expressions evaluated.", [], () => [
      { labels: {}, value: this.cel.evaluations },
    ]);
    this.#to.total(
      "kro_cel_cost_total",
      "Cost of all evaluations, in units of the CEL cost budget.",
      [],
      () => [{ labels: {}, value: this.cel.cost }],
    );
  }

  /** Names the API server in the request metrics. */
  talksTo(server: string): void {
    this.#requests.talksTo(server);
  }

  /** One exchange with the API server; made to be the client's `onRequest`. */
  readonly request = (info: RequestInfo): void => this.#requests.request(info);

  /** The body of an answer; made to be the client's `onBody`. */
  readonly answered = (verb: string, characters: number): void =>
    this.#requests.body(verb, characters);

  /** A request is repeated; made to be the client's `onRetry`. */
  readonly repeated = (verb: string, code: number): void => this.#requests.retry(verb, code);

  /** What a rate limit made a request wait; made to be the client's `onWait`. */
  readonly waited = (verb: string, seconds: number): void => this.#requests.wait(verb, seconds);

  /** A watch began or ended; made to be the client's `onWatch`. */
  readonly watched = (info: WatchInfo): void => this.#requests.watch(info);

  /** Values that are read when the metrics are. */
  watch(sources: MetricSources): void {
    const { instances, graphs, served, interests, schemas, leads, conditions } = sources;
    this.#queues.watch(INSTANCES, instances);
    this.#queues.watch(GRAPHS, graphs);
    const dynamic = "dynamic_controller";
    this.#to.gauge(`${dynamic}_gvr_count`, "Kinds that are served.", () => served().length);
    this.#to.gauges(
      `${dynamic}_handler_count_total`,
      "Kinds whose instances are watched.",
      ["type"],
      () => [{ labels: { type: "parent" }, value: served().length }],
    );
    this.#to.gauges(
      `${dynamic}_instance_watch_count`,
      "Instances that are kept.",
      ["parent_gvr"],
      () =>
        served().map(({ kind, count }) => ({
          labels: { parent_gvr: commaForm(kind) },
          value: count,
        })),
    );
    this.#to.gauges("leader_election_master_status", "1 while the Lease is held.", ["name"], () => [
      { labels: { name: LEASE_NAME }, value: leads() ? 1 : 0 },
    ]);
    this.#caches.showInterests(interests);
    this.schemas.showSize(schemas);
    if (conditions) this.#instances.showConditions(conditions);
  }

  /** Work of the queue of instances is done. */
  readonly instanceWorked = (worked: Worked): void => this.#queues.worked(INSTANCES, worked);

  /** Work of the queue of RGDs is done. */
  readonly graphWorked = (worked: Worked): void => this.#queues.worked(GRAPHS, worked);

  /** One pass over an instance of that kind. */
  pass(kind: KindRef, outcome: Outcome, seconds: number): void {
    this.#instances.pass(kind, outcome, seconds);
  }

  /** A pass over an instance of that kind broke off: by an ApiError, or by a fault of kro's own. */
  passBroke(kind: KindRef, error: unknown): void {
    const isApi = error instanceof ApiError;
    if (!isApi || error.reason !== "Withheld") this.#instances.broke(kind, !isApi);
  }

  /** The cache of a kind is complete, so long after a graph asked for it. */
  readonly cacheSynced = (kind: KindRef, seconds: number): void =>
    this.#caches.synced(kind, seconds);

  /** An event of a child or of somebody else's object came. */
  readonly routed = (kind: KindRef, woke: boolean): void => this.#caches.routed(kind, woke);

  /** An instance's state after a pass; `from` is empty for the first. */
  instanceState(kind: KindRef, from: string, to: string): void {
    this.#instances.state(kind, from, to);
  }

  /** An event of an instance that wants a pass. */
  instanceEvent(kind: KindRef, event: "add" | "update" | "delete"): void {
    this.#instances.event(kind, event);
  }

  /** One sweep over the children of a kind. */
  swept(kind: KindRef, compared: number, missed: number): void {
    this.#instances.swept(kind, compared, missed);
  }

  /** The instances of a kind begin to be watched. */
  kindServed(): void {
    this.#handlers.inc({ type: "parent" });
  }

  /** A kind is gone, with all that was told of it. */
  async kindGone(kind: KindRef): Promise<void> {
    this.#detached.inc({ type: "parent" });
    await this.#to.forget("gvr", gvrForms(kind));
    const resource = `${kind.plural}.${kind.group}`;
    await this.#to.forget("resource", [resource, `${resource}/status`]);
  }

  /** One compilation of an RGD. */
  build(name: string, seconds: number, ok: boolean): void {
    this.#graphs.build(name, seconds, ok);
  }

  /** A pass over an RGD broke off: by an ApiError, or by a fault of kro's own. */
  rgdBroke(error: unknown): void {
    if (!(error instanceof ApiError)) this.#queues.graphBroke();
  }

  /** What a pass over an RGD came to. */
  rgdResolution(result: "serve" | "issue" | "failed"): void {
    this.#graphs.resolution(result);
  }

  /** An RGD's state after a pass. */
  rgdState(name: string, from: string, to: string): void {
    this.#graphs.state(name, from, to);
  }

  /** A GraphRevision was made. */
  revisionIssued(reason: "no_revision" | "spec_changed"): void {
    this.#graphs.issued(reason);
  }

  /** An RGD was let go, so many seconds after its deletion began. */
  async rgdDeleted(name: string, seconds: number): Promise<void> {
    await this.#graphs.deleted(name, seconds);
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    return this.#to.text();
  }
}
