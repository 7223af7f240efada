/** Metrics in Prometheus' text format: upstream's names where they mean the same. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { apiVersionOf, type KindRef } from "../api/mod.ts";
import type { RequestInfo } from "../kube/mod.ts";
import type { Outcome } from "../reconcile/mod.ts";

/** Buckets of durations, as upstream has them. */
const LATENCY = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 45, 60, 120];

/** HTTP methods by Kubernetes' verbs. */
const METHODS: Record<string, string> = {
  create: "POST",
  apply: "PATCH",
  patch: "PATCH",
  replace: "PUT",
  update: "PUT",
  delete: "DELETE",
};

/** Values that are read when somebody asks for the metrics. */
export interface MetricSources {
  /** Instances that wait for a worker. */
  queueLength: () => number;
  /** How long the oldest of them has waited, in seconds. */
  queueAgeSeconds: () => number;
  /** Kinds that have an instance controller. */
  servedKinds: () => number;
}

/** What a process of kro counts. */
export class Metrics {
  readonly #registry = new Registry();
  #host = "";

  readonly #requests = this.#counter(
    "kro_api_requests_total",
    "Requests to the API server by Kubernetes' verb; renewing the lease has its own resource.",
    ["verb", "resource", "code"],
  );
  readonly #restRequests = this.#counter(
    "rest_client_requests_total",
    "Requests to the API server by HTTP method.",
    ["code", "method", "host"],
  );
  readonly #restSeconds = this.#histogram(
    "rest_client_request_duration_seconds",
    "Time until the API server answered.",
    ["verb"],
  );
  readonly #items = this.#counter(
    "dynamic_controller_reconcile_total",
    "Instances taken from the queue.",
    ["gvr"],
  );
  readonly #itemSeconds = this.#histogram(
    "dynamic_controller_reconcile_duration_seconds",
    "Time for one instance taken from the queue.",
    ["gvr"],
  );
  readonly #requeues = this.#counter(
    "dynamic_controller_requeue_total",
    "What became of instances taken from the queue.",
    ["gvr", "type"],
  );
  readonly #itemErrors = this.#counter(
    "dynamic_controller_handler_errors_total",
    "Passes that failed, waits and what the API server refused left out.",
    ["gvr"],
  );
  readonly #passes = this.#counter("instance_reconcile_total", "Passes over instances.", ["gvr"]);
  readonly #passSeconds = this.#histogram(
    "instance_reconcile_duration_seconds",
    "Time for one pass over an instance.",
    ["gvr"],
  );
  readonly #passErrors = this.#counter(
    "instance_reconcile_errors_total",
    "Passes that failed, waits and what the API server refused left out.",
    ["gvr"],
  );
  readonly #instanceStates = this.#counter(
    "instance_state_transitions_total",
    "Changes of an instance's state.",
    ["gvr", "from_state", "to_state"],
  );
  readonly #builds = this.#counter("rgd_graph_build_total", "Compilations of RGDs.", ["name"]);
  readonly #buildErrors = this.#counter(
    "rgd_graph_build_errors_total",
    "Compilations of RGDs that found problems.",
    ["name"],
  );
  readonly #buildSeconds = this.#histogram(
    "rgd_graph_build_duration_seconds",
    "Time to compile an RGD.",
    ["name"],
  );
  readonly #rgdStates = this.#counter(
    "rgd_state_transitions_total",
    "Changes of an RGD's state.",
    ["name", "from", "to"],
  );
  readonly #rgdDeletions = this.#counter("rgd_deletions_total", "RGDs let go.", ["name"]);
  readonly #swept = this.#counter(
    "kro_sweep_objects_total",
    "Objects that sweeps compared with the caches.",
    ["gvr"],
  );
  readonly #missed = this.#counter(
    "kro_sweep_missed_total",
    "Of those, changes and ends that no event told.",
    ["gvr"],
  );
  readonly #issued = this.#counter(
    "rgd_graph_revision_issue_total",
    "GraphRevisions made.",
    ["reason"],
  );

  /** Counts nothing but the process itself until told to. */
  constructor() {
    this.#gauge(
      "process_resident_memory_bytes",
      "Memory of the process.",
      () => Deno.memoryUsage().rss,
    );
    this.#gauge("process_heap_bytes", "JavaScript heap in use.", () => Deno.memoryUsage().heapUsed);
    const started = Date.now() / 1000;
    this.#gauge("process_start_time_seconds", "When the process started.", () => started);
  }

  /** Names the API server in the request metrics. */
  talksTo(server: string): void {
    this.#host = URL.canParse(server) ? new URL(server).host : server;
  }

  /** One exchange with the API server; made to be the client's `onRequest`. */
  readonly request = (info: RequestInfo): void => {
    const resource = info.verb === "raw" ? rawPath(info.resource) : info.resource;
    const code = String(info.code);
    const method = METHODS[info.verb] ?? "GET";
    this.#requests.inc({ verb: info.verb, resource, code });
    this.#restRequests.inc({ code, method, host: this.#host });
    this.#restSeconds.observe({ verb: info.verb }, info.seconds);
  };

  /** Values that are read when the metrics are. */
  watch(sources: MetricSources): void {
    const { queueLength, queueAgeSeconds, servedKinds } = sources;
    this.#gauge(
      "dynamic_controller_queue_length",
      "Instances that wait for a worker.",
      queueLength,
    );
    this.#gauge("kro_queue_oldest_seconds", "Wait of the oldest of them.", queueAgeSeconds);
    this.#gauge("dynamic_controller_gvr_count", "Kinds that are served.", servedKinds);
  }

  /** One pass over an instance of that kind. */
  pass(kind: KindRef, outcome: Outcome, seconds: number): void {
    const [comma, slash] = [commaForm(kind), slashForm(kind)];
    this.#items.inc({ gvr: slash });
    this.#itemSeconds.observe({ gvr: slash }, seconds);
    this.#passes.inc({ gvr: comma });
    this.#passSeconds.observe({ gvr: comma }, seconds);
    const type = { done: "no_requeue", wait: "requeue_after", retry: "rate_limited" };
    this.#requeues.inc({ gvr: slash, type: type[outcome.next.kind] });
    if (outcome.next.kind !== "retry" || outcome.next.refused) return;
    this.#itemErrors.inc({ gvr: slash });
    this.#passErrors.inc({ gvr: comma });
  }

  /** An instance's state after a pass; `from` is empty for the first. */
  instanceState(kind: KindRef, from: string, to: string): void {
    if (from === to) return;
    const gvr = `${apiVersionOf(kind)}, Kind=${kind.kind}`;
    this.#instanceStates.inc({ gvr, from_state: from, to_state: to });
  }

  /** One compilation of an RGD. */
  build(name: string, seconds: number, ok: boolean): void {
    this.#builds.inc({ name });
    this.#buildSeconds.observe({ name }, seconds);
    if (!ok) this.#buildErrors.inc({ name });
  }

  /** An RGD's state after a pass. */
  rgdState(name: string, from: string, to: string): void {
    if (from !== to) this.#rgdStates.inc({ name, from, to });
  }

  /** One sweep over the children of a kind. */
  swept(kind: KindRef, compared: number, missed: number): void {
    const gvr = slashForm(kind);
    this.#swept.inc({ gvr }, compared);
    this.#missed.inc({ gvr }, missed);
  }

  /** A GraphRevision was made. */
  revisionIssued(reason: "no_revision" | "spec_changed"): void {
    this.#issued.inc({ reason });
  }

  /** An RGD was let go. */
  rgdDeleted(name: string): void {
    this.#rgdDeletions.inc({ name });
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: LATENCY, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}

function commaForm(kind: KindRef): string {
  return `${apiVersionOf(kind)}, Resource=${kind.plural}`;
}

function slashForm(kind: KindRef): string {
  return `${apiVersionOf(kind)}/${kind.plural}`;
}

/** Plain paths by their first part, so that there are few of them. */
function rawPath(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}
