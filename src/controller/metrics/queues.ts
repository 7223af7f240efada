/** The work queues, under client-go's and controller-runtime's names. */
import type { QueueCounts, Work, Worked } from "../queue.ts";
import type { Instruments, Reading } from "./instruments.ts";

/** A queue as its metrics see it. */
export interface QueueView {
  /** Keys that wait. */
  readonly depth: number;
  /** How long the oldest of them has waited, in milliseconds. */
  readonly ageMs: number;
  /** Keys in work. */
  readonly active: number;
  /** The work that has gone on for longest. */
  readonly longest: Work | undefined;
  /** How long all work that goes on has taken so far, in milliseconds. */
  readonly unfinishedMs: number;
  /** What it has done. */
  readonly counts: Readonly<QueueCounts>;
  /** How many keys are in work at most. */
  readonly workers: number;
}

/** Upstream's names of the queues. */
export const INSTANCES = "dynamic-controller-queue";
export const GRAPHS = "ResourceGraphDefinition";

// controller-runtime's buckets for one pass.
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

// client-go's buckets: powers of ten from 10 ns; the first ones are beyond what a clock here can tell.
const SECONDS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

/** See the file's first line. */
export class QueueMetrics {
  readonly #queueSeconds;
  readonly #workSeconds;
  readonly #results;
  readonly #errors;
  readonly #reconcileSeconds;
  readonly #broken;
  readonly #queues = new Map<string, QueueView>();

  /** Registers them. */
  constructor(to: Instruments) {
    const labels = ["name", "controller"];
    this.#queueSeconds = to.histogram(
      "workqueue_queue_duration_seconds",
      "Time that keys waited for a worker.",
      labels,
      SECONDS,
    );
    this.#workSeconds = to.histogram(
      "workqueue_work_duration_seconds",
      "Time that work on a key took.",
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
      "Time for one pass over an RGD.",
      ["controller"],
      PASS,
    );
    this.#broken = to.counter(
      "controller_runtime_reconcile_panics_total",
      "Passes over RGDs that broke off by an error of kro's own.",
      ["controller"],
    );
    this.#read(to, "workqueue_depth", "Keys that wait for a worker.", (q) => q.depth);
    this.#read(
      to,
      "kro_queue_oldest_seconds",
      "Wait of the oldest of them.",
      (q) => q.ageMs / 1000,
    );
    this.#read(
      to,
      "workqueue_longest_running_processor_seconds",
      "How long the oldest work under way has taken.",
      (queue) => (queue.longest?.ms ?? 0) / 1000,
    );
    this.#read(
      to,
      "workqueue_unfinished_work_seconds",
      "How long all work under way has taken so far.",
      (queue) => queue.unfinishedMs / 1000,
    );
    this.#total(to, "workqueue_adds_total", "Keys that were added.", (q) => q.counts.adds);
    this.#total(to, "workqueue_retries_total", "Keys tried again.", (q) => q.counts.retries);
    this.#total(
      to,
      "kro_queue_given_up_total",
      "Keys left alone after their retries.",
      (queue) => queue.counts.givenUp,
    );
    const graphs = () => [...this.#queues].filter(([name]) => name === GRAPHS);
    const ofGraphs = (value: (queue: QueueView) => number) => () =>
      graphs().map(([controller, queue]) => ({ labels: { controller }, value: value(queue) }));
    to.gauges(
      "controller_runtime_active_workers",
      "Workers that are busy with an RGD.",
      ["controller"],
      ofGraphs((queue) => queue.active),
    );
    to.gauges(
      "controller_runtime_max_concurrent_reconciles",
      "Workers for RGDs.",
      ["controller"],
      ofGraphs((queue) => queue.workers),
    );
    to.gauge(
      "dynamic_controller_queue_length",
      "Instances that wait for a worker.",
      () => this.#queues.get(INSTANCES)?.depth ?? 0,
    );
  }

  /** Shows a queue. */
  watch(name: string, queue: QueueView): void {
    this.#queues.set(name, queue);
  }

  /** A pass over an RGD broke off by an error of kro's own. */
  graphBroke(): void {
    this.#broken.inc({ controller: GRAPHS });
  }

  /** Work of a queue is done. */
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
