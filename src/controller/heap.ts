/** Logs the limit of the JavaScript heap, and a warning when the heap is nearly full. */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { getLogger } from "@logtape/logtape";

const logger = getLogger(["kro", "controller"]);

/**
 * The fraction of the container's memory that the heap may use. Code, stacks and buffers need the rest of the
 * memory.
 */
const HEAP_PART = 0.75;

/** The fraction of the heap limit above which the operator logs a warning. */
const FULL = 0.75;

/**
 * The fraction of the heap limit below which the heap counts as recovered. Lower than {@link FULL}, so that a
 * heap whose size varies around {@link FULL} does not cause repeated warnings.
 */
const RECOVERED = 0.6;

/** The memory that the process uses and may use, in bytes. */
export interface HeapSize {
  /** The size of the heap in use, in bytes. */
  used: number;
  /** The size of the heap at which V8 ends the process, in bytes. */
  limit: number;
  /**
   * The memory limit of the container (cgroup) in bytes, at which the kernel ends the process; absent if
   * unknown.
   */
  memory?: number;
}

/** Returns the present size of the heap and its limits, including the given memory limit of the container. */
export function heapSize(memory?: number): HeapSize {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return { used, limit, memory };
}

/**
 * Returns the memory limit of the container in bytes; undefined if the container has no limit, or if kro may
 * not read the limit.
 */
export function memoryLimit(): number | undefined {
  try {
    const bytes = process.constrainedMemory();
    // Without a limit, cgroup v1 reports a value near 2^63 bytes.
    return bytes > 0 && bytes < 2 ** 60 ? bytes : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/**
 * Logs a warning when the heap uses more than 75 % of its limit, and again only after the heap recovered. The
 * limit is V8's limit or 75 % of the container's memory, whichever is lower. Deno's executables ignore
 * DENO_V8_FLAGS, so V8's limit may exceed the memory of the container.
 */
export class HeapWarning {
  #warned = false;

  /** Logs the warning if the given heap size requires it. The caller measures the size at intervals. */
  check({ used, limit: heap, memory }: HeapSize): void {
    const limit = Math.min(heap, memory === undefined ? Infinity : memory * HEAP_PART);
    if (used < limit * RECOVERED) this.#warned = false;
    if (this.#warned || used <= limit * FULL) return;
    this.#warned = true;
    logger.warn(
      "the JavaScript heap uses {used} MiB of its limit of {limit} MiB; raise the memory limit of the pod",
      { used: mebibytes(used), limit: mebibytes(limit) },
    );
  }
}

/** Logs the limit of the heap, and the memory limit of the container if there is one. */
export function logHeapLimit({ limit, memory }: HeapSize): void {
  logger.info("the JavaScript heap is limited to {limit} MiB", {
    limit: mebibytes(limit),
    memory: memory === undefined ? undefined : mebibytes(memory),
  });
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
