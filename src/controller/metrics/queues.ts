/** The metrics of the work queues. The metrics have the names that client-go and controller-runtime use. */
import { isFailure, type QueueCounts, type Work, type Worked } from "../queue/work.ts";
import type { Instruments, Reading } from "./instruments.ts";

/** The properties of a work queue that are read for the metrics. */
export interface QueueView {
  /** The number of keys that wait for a worker. */
  readonly depth: number;
  /** The time for which the oldest waiting key has waited, in milliseconds. */
  readonly ageMs: number;
  /** The number of keys that are being processed. */
  readonly active: number;
  /** The key that has been processed for the longest time; undefined when no key is being processed. */
  readonly longest: Work | undefined;
  /** The sum of the times for which the keys in progress have been processed so far, in milliseconds. */
  readonly unfinishedMs: number;
  /** The counters of the queue since it was created. */
  readonly counts: Readonly<QueueCounts>;
  /** The maximum number of keys that are processed at the same time. */
  readonly workers: number;
}

/** The name of the instance queue, which is the same as in upstream kro. */
export const INSTANCES = "dynamic-controller-queue";
/** The name of the RGD queue, which is the same as in upstream kro. */
export const GRAPHS = "ResourceGraphDefinition";

// The histogram buckets of reconcile times in seconds, which are the same as in controller-runtime.
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

// The histogram buckets in seconds, which are the powers of ten that client-go uses. The smallest buckets are
// left out, because the clock has a resolution of only 0.1 ms.
const SECONDS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

/** Measures the work queues: the number of waiting keys, the time that processing takes, and retries. */
export class QueueMetrics {
  readonly #queueSeconds;
  readonly #workSeconds;
  readonly #results;
  readonly #errors;
  readonly #reconcileSeconds;
  readonly #broken;
  readonly #queues = new Map<string, QueueView>();

  /** Registers the metrics in the registry. */
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

  /** Adds a work queue to the metrics. The properties of the queue are read at each scrape. */
  watch(name: string, queue: QueueView): void {
    this.#queues.set(name, queue);
  }

  /** Counts an internal error of kro that occurred while an RGD was processed. */
  graphBroke(): void {
    this.#broken.inc({ controller: GRAPHS });
  }

  /** Records that a worker of the queue has processed a key. */
  worked(name: string, { waitedMs, workedMs, result }: Worked): void {
    const labels = { name, controller: name };
    this.#queueSeconds.observe(labels, waitedMs / 1000);
    this.#workSeconds.observe(labels, workedMs / 1000);
    if (name !== GRAPHS) return;
    const failed = isFailure(result);
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
