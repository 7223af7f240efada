/** Metrics of the work queues, under client-go's and controller-runtime's names. */
import type { QueueCounts, Work, Worked } from "../queue.ts";
import type { Instruments, Reading } from "./instruments.ts";

/** The properties of a queue that its metrics read. */
export interface QueueView {
  /** The number of waiting keys. */
  readonly depth: number;
  /** How long the oldest waiting key has waited, in milliseconds. */
  readonly ageMs: number;
  /** The number of keys in progress. */
  readonly active: number;
  /** The work that has been in progress for the longest time; undefined when the queue is idle. */
  readonly longest: Work | undefined;
  /** How long all work in progress has taken so far, summed up, in milliseconds. */
  readonly unfinishedMs: number;
  /** Totals since the queue was created. */
  readonly counts: Readonly<QueueCounts>;
  /** Maximum of keys in progress. */
  readonly workers: number;
}

/** Upstream's name of the queue of instances. */
export const INSTANCES = "dynamic-controller-queue";
/** Upstream's name of the queue of RGDs. */
export const GRAPHS = "ResourceGraphDefinition";

// controller-runtime's buckets of reconcile times, in seconds.
const PASS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8],
  ...[
    0.9,
    1,
    1.25,
    1.5,
    1.75,
    2,
    2.5,
    3,
    3.5,
    4,
    4.5,
    5,
    6,
    7,
    8,
    9,
    10,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
  ],
];

// client-go's buckets in seconds, powers of ten, without those below the clock's resolution of 0.1 ms.
const SECONDS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

/** Measures the work queues: waiting keys, duration of work, retries. */
export class QueueMetrics {
  readonly #queueSeconds;
  readonly #workSeconds;
  readonly #results;
  readonly #errors;
  readonly #reconcileSeconds;
  readonly #broken;
  readonly #queues = new Map<string, QueueView>();

  /** Registers the metrics. */
  constructor(to: Instruments) {
    const labels = ["name", "controller"];
    this.#queueSeconds = to.histogram(
      "workqueue_queue_duration_seconds",
      "Time that keys waited for a worker, in seconds.",
      labels,
      SECONDS,
    );
    this.#workSeconds = to.histogram(
      "workqueue_work_duration_seconds",
      "Time to process a key, in seconds.",
      labels,
      SECONDS,
    );
    this.#results = to.counter(
      "controller_runtime_reconcile_total",
      "Passes over RGDs by result.",
      ["controller", "result"],
    );
    this.#errors = to.counter(
      "controller_runtime_reconcile_errors_total",
      "Passes over RGDs that failed.",
      ["controller"],
    );
    this.#reconcileSeconds = to.histogram(
      "controller_runtime_reconcile_time_seconds",
      "Duration of a pass over an RGD, in seconds.",
      ["controller"],
      PASS,
    );
    this.#broken = to.counter(
      "controller_runtime_reconcile_panics_total",
      "Passes over RGDs that ended with an internal error of kro.",
      ["controller"],
    );
    this.#read(to, "workqueue_depth", "Keys that wait for a worker.", (q) => q.depth);
    this.#read(
      to,
      "kro_queue_oldest_seconds",
      "How long the oldest waiting key has waited, in seconds.",
      (q) => q.ageMs / 1000,
    );
    this.#read(
      to,
      "workqueue_longest_running_processor_seconds",
      "How long the oldest work in progress has taken so far, in seconds.",
      (queue) => (queue.longest?.ms ?? 0) / 1000,
    );
    this.#read(
      to,
      "workqueue_unfinished_work_seconds",
      "How long all work in progress has taken so far, summed up, in seconds.",
      (queue) => queue.unfinishedMs / 1000,
    );
    this.#total(to, "workqueue_adds_total", "Keys added to the queue.", (q) => q.counts.adds);
    this.#total(
      to,
      "workqueue_retries_total",
      "Requeues of keys after failures.",
      (q) => q.counts.retries,
    );
    this.#total(
      to,
      "kro_queue_given_up_total",
      "Keys that were given up after the maximum of retries.",
      (queue) => queue.counts.givenUp,
    );
    const graphs = () => [...this.#queues].filter(([name]) => name === GRAPHS);
    const ofGraphs = (value: (queue: QueueView) => number) => () =>
      graphs().map(([controller, queue]) => ({ labels: { controller }, value: value(queue) }));
    to.gauges(
      "controller_runtime_active_workers",
      "Workers that process an RGD.",
      ["controller"],
      ofGraphs((queue) => queue.active),
    );
    to.gauges(
      "controller_runtime_max_concurrent_reconciles",
      "Maximum of RGDs processed concurrently.",
      ["controller"],
      ofGraphs((queue) => queue.workers),
    );
    to.gauge(
      "dynamic_controller_queue_length",
      "Instances that wait for a worker.",
      () => this.#queues.get(INSTANCES)?.depth ?? 0,
    );
  }

  /** Adds a queue, whose properties are read at each scrape. */
  watch(name: string, queue: QueueView): void {
    this.#queues.set(name, queue);
  }

  /** Counts a pass over an RGD that threw an internal error of kro. */
  graphBroke(): void {
    this.#broken.inc({ controller: GRAPHS });
  }

  /** Records completed work of a queue. */
  worked(name: string, { waitedMs, workedMs, result }: Worked): void {
    const labels = { name, controller: name };
    this.#queueSeconds.observe(labels, waitedMs / 1000);
    this.#workSeconds.observe(labels, workedMs / 1000);
    if (name !== GRAPHS) return;
    const failed = result === "retry" || (typeof result === "object" && result.failed);
    const label = failed ? "error" : result === "done" ? "success" : "requeue_after";
    this.#results.inc({ controller: name, result: label });
    if (failed) this.#errors.inc({ controller: name });
    this.#reconcileSeconds.observe({ controller: name }, workedMs / 1000);
  }

  #read(to: Instruments, name: string, help: string, value: (queue: QueueView) => number): void {
    to.gauges(name, help, ["name", "controller"], () => this.#readings(value));
  }

  #total(to: Instruments, name: string, help: string, value: (queue: QueueView) => number): void {
    to.total(name, help, ["name", "controller"], () => this.#readings(value));
  }

  #readings(value: (queue: QueueView) => number): Reading[] {
    return [...this.#queues].map(([name, queue]) => ({
      labels: { name, controller: name },
      value: value(queue),
    }));
  }
}
