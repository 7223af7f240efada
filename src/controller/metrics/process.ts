/** The process: memory, processor time, and how late the event loop is. */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import type { Instruments } from "./instruments.ts";

const SAMPLE_MS = 1000;
const LAG = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Registers them. The returned function starts to sample the event loop, and gives one that ends it. */
export function processMetrics(to: Instruments): () => () => void {
  const started = Date.now() / 1000;
  to.gauge(
    "process_resident_memory_bytes",
    "Memory of the process.",
    () => Deno.memoryUsage().rss,
  );
  to.gauge("process_heap_bytes", "JavaScript heap in use.", () => Deno.memoryUsage().heapUsed);
  to.gauge(
    "process_heap_limit_bytes",
    "JavaScript heap at which the process ends.",
    () => getHeapStatistics().heap_size_limit,
  );
  to.gauge("process_start_time_seconds", "When the process started.", () => started);
  to.total("process_cpu_seconds_total", "Processor time.", [], () => {
    const { user, system } = process.cpuUsage();
    return [{ labels: {}, value: (user + system) / 1e6 }];
  });
  const lag = to.histogram(
    "kro_event_loop_lag_seconds",
    "How late a timer of a second fires: everything else waits as long.",
    [],
    LAG,
  );
  return () => {
    let due = performance.now() + SAMPLE_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      lag.observe(Math.max(0, now - due) / 1000);
      due = now + SAMPLE_MS;
    }, SAMPLE_MS);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  };
}
