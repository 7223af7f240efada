/** Logs a warning when the JavaScript heap is nearly full. */
import { getLogger } from "@logtape/logtape";

const logger = getLogger(["kro", "controller"]);

/** The part of the heap limit above which the operator logs a warning. */
const FULL = 0.75;

/**
 * The part of the heap limit below which the heap counts as recovered. The value is lower than {@link FULL},
 * so that garbage collections near that limit do not repeat the warning.
 */
const RECOVERED = 0.6;

/** The size of the JavaScript heap, as V8 reports it (`v8.getHeapStatistics`). */
export interface HeapSize {
  /** The memory in use, in bytes. */
  used_heap_size: number;
  /** The size at which the process ends, in bytes. */
  heap_size_limit: number;
}

/** Logs a warning when more than 75 % of the heap limit is in use, and again only after the heap recovered. */
export class HeapWarning {
  #warned = false;

  /** Compares the size of the heap with the limit. The caller samples the size. */
  check({ used_heap_size: used, heap_size_limit: limit }: HeapSize): void {
    if (used < limit * RECOVERED) this.#warned = false;
    if (this.#warned || used <= limit * FULL) return;
    this.#warned = true;
    logger.warn(
      "the JavaScript heap uses {used} MiB of its limit of {limit} MiB; raise the memory limit of the pod",
      { used: mebibytes(used), limit: mebibytes(limit) },
    );
  }
}

/** Logs the limit of the heap. The environment variable DENO_V8_FLAGS can set the limit. */
export function logHeapLimit({ heap_size_limit: limit }: HeapSize): void {
  logger.info("the JavaScript heap is limited to {limit} MiB", { limit: mebibytes(limit) });
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
