/** The metrics of the process itself: memory, CPU time, and the lag of the event loop. */
import process from "node:process";
import { heapLimit, heapLimits } from "../heap.ts";
import type { Instruments } from "./instruments.ts";

const SAMPLE_MS = 1000;
const LAG = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/**
 * The metrics of the process. The lag of the event loop is sampled once a second after {@link sample} was
 * called.
 */
export class ProcessMetrics {
  readonly #lag;
  readonly #errors;

  /** Registers the metrics in the registry. */
  constructor(to: Instruments) {
    const started = Date.now() / 1000;
    to.gauge(
      "process_resident_memory_bytes",
      "Resident memory of the process, in bytes.",
      () => Deno.memoryUsage().rss,
    );
    to.gauge(
      "process_heap_bytes",
      "JavaScript heap in use, in bytes.",
      () => Deno.memoryUsage().heapUsed,
    );
    to.gauge(
      "process_heap_limit_bytes",
      "Size of the JavaScript heap at which kro stops, in bytes.",
      () => heapLimit(heapLimits()),
    );
    to.gauge(
      "process_start_time_seconds",
      "Start time of the process, in seconds since 1970.",
      () => started,
    );
    to.total("process_cpu_seconds_total", "CPU time of user and system, in seconds.", [], () => {
      const { user, system } = process.cpuUsage();
      return [{ labels: {}, value: (user + system) / 1e6 }];
    });
    this.#lag = to.histogram(
      "kro_event_loop_lag_seconds",
      "Delay of a one-second timer, in seconds; all work of the process waits as long.",
      [],
      LAG,
    );
    this.#errors = to.counter(
      "kro_internal_errors_total",
      "Errors that no code caught, by the work that failed.",
      ["work"],
    );
  }

  /**
   * Counts an error that no code caught.
   *
   * @param work The name of the work that failed. Each name creates a series, so the name must be a constant
   * in the code.
   */
  internalError(work: string): void {
    this.#errors.inc({ work });
  }

  /**
   * Starts to sample the lag of the event loop once a second. The returned function stops the sampling.
   *
   * @param onLag Called once a second with the lag: how late a one-second timer fired, in milliseconds.
   */
  sample(onLag?: (ms: number) => void): () => void {
    let due = performance.now() + SAMPLE_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      const lagMs = Math.max(0, now - due);
      this.#lag.observe(lagMs / 1000);
      due = now + SAMPLE_MS;
      onLag?.(lagMs);
    }, SAMPLE_MS);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  }
}
