/** Limits the JavaScript heap: logs a warning when the heap is nearly full, and stops the operator when it is full. */
import process from "node:process";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

/** The sources of the heap limit. */
export interface HeapLimits {
  /** The size of the heap at which V8 ends the process, in bytes. */
  v8: number;
  /** The value of the variable DENO_V8_FLAGS; absent if the variable is not set. */
  flags?: string;
  /**
   * The memory limit of the container (cgroup) in bytes, at which the kernel ends the process; absent if
   * unknown.
   */
  memory?: number;
}

/** Returns the sources of the heap limit of this process. */
export function heapLimits(): HeapLimits {
  return {
    v8: getHeapStatistics().heap_size_limit,
    flags: permitted(() => Deno.env.get("DENO_V8_FLAGS")),
    memory: permitted(memoryLimit),
  };
}

/**
 * Returns the size in bytes that the heap may have: the value of `--max-old-space-size` in DENO_V8_FLAGS, or
 * 75 % of the container's memory if this flag is missing; but at most V8's own limit.
 *
 * Executables of `deno compile` do not pass DENO_V8_FLAGS to V8 (denoland/deno#19808). In such an executable,
 * V8's own limit does not depend on the memory of the container.
 */
export function heapLimit({ v8, flags = "", memory }: HeapLimits): number {
  const found = /--max[-_]old[-_]space[-_]size=(\d+)/.exec(flags);
  const flag = Number(found?.[1] ?? 0) * 2 ** 20;
  return Math.min(v8, flag || (memory ?? Infinity) * HEAP_PART);
}

/** Returns the memory limit of the container in bytes; undefined if the container has no limit. */
function memoryLimit(): number | undefined {
  const bytes = process.constrainedMemory();
  // Without a limit, cgroup v1 reports a value near 2^63 bytes.
  return bytes > 0 && bytes < 2 ** 60 ? bytes : undefined;
}

/** Returns the result of the function; undefined if kro lacks the Deno permission that the function needs. */
function permitted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Access to the heap of the process. Tests use another implementation. */
export interface Heap {
  /** The size of the heap in use in bytes, which includes objects that are not yet garbage-collected. */
  used(): number;
  /** Collects all garbage. */
  collect(): void;
}

let gc: (() => void) | undefined;

const ownHeap: Heap = {
  used: () => getHeapStatistics().used_heap_size,
  collect() {
    if (gc === undefined) {
      // V8 defines the function `gc` in contexts that are created after the flag is set. Deno starts more slowly
      // if the flag is set before the start.
      setFlagsFromString("--expose-gc");
      gc = runInNewContext("gc") as () => void;
    }
    gc();
  },
};

/**
 * Keeps the heap within a limit, because V8's own limit may exceed the memory of the container. The caller
 * calls {@link check} at intervals.
 */
export class HeapGuard {
  readonly #limit: number;
  readonly #full?: () => void;
  readonly #heap: Heap;
  #warned = false;
  #isFull = false;

  /**
   * Creates a guard, which does nothing until {@link check} is called.
   *
   * @param limit The limit of the heap, in bytes.
   * @param full Called once, when the heap exceeds the limit even without garbage. If absent, the guard only logs
   * warnings and collects garbage.
   * @param heap The heap that the guard limits. By default, this is the heap of the process.
   */
  constructor(limit: number, full?: () => void, heap: Heap = ownHeap) {
    this.#limit = limit;
    this.#full = full;
    this.#heap = heap;
  }

  /**
   * Collects garbage when the heap uses more than 75 % of its limit. If the heap still uses more, logs a
   * warning. After the warning, and until the heap uses less than 60 % of its limit, the guard collects
   * garbage only when the heap exceeds the limit.
   */
  check(): void {
    if (this.#isFull) return;
    let used = this.#heap.used();
    if (used < this.#limit * RECOVERED) this.#warned = false;
    const threshold = this.#warned ? this.#limit : this.#limit * FULL;
    if (used <= threshold) return;
    this.#heap.collect();
    used = this.#heap.used();
    if (used > this.#limit && this.#full) this.#stop(used, this.#full);
    else if (used > threshold && !this.#warned) this.#warn(used);
  }

  #stop(used: number, full: () => void): void {
    this.#isFull = true;
    logger.error(
      "the JavaScript heap uses {used} MiB, more than its limit of {limit} MiB: kro stops; raise the memory " +
        "limit of the pod",
      { used: mebibytes(used), limit: mebibytes(this.#limit) },
    );
    full();
  }

  #warn(used: number): void {
    this.#warned = true;
    logger.warn(
      "the JavaScript heap uses {used} MiB of its limit of {limit} MiB; raise the memory limit of the pod",
      { used: mebibytes(used), limit: mebibytes(this.#limit) },
    );
  }
}

/** Logs the limit of the heap, and the memory limit of the container if there is one. */
export function logHeapLimit(limits: HeapLimits): void {
  const { memory } = limits;
  logger.info("the JavaScript heap is limited to {limit} MiB", {
    limit: mebibytes(heapLimit(limits)),
    memory: memory === undefined ? undefined : mebibytes(memory),
  });
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
