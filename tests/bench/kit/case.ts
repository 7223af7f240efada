/** The types of the benchmark's cases and scripts, and of the figures that they measure. */
import type { Column } from "../report/results.ts";
import type { Harness } from "./harness.ts";

/** The amount of work that the benchmark's cases do. */
export interface Sizes {
  /** The number of instances in most cases. */
  readonly n: number;
  /** The number of instances in cases that need many instances. */
  readonly many: number;
  /** The number of times that the benchmark changes an object which kro must then repair. */
  readonly drifts: number;
  /** The duration of the case in which nothing changes, in seconds. */
  readonly quiet: number;
  /** The number of RGDs that are created concurrently. */
  readonly graphs: number;
  /** The numbers of instances at which memory is measured, in ascending order. */
  readonly memory: readonly number[];
}

/**
 * One measured value. If the unit is `calls`, `deno task bench --check` requires that the value equals the
 * recorded value.
 */
export interface Figure {
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** A measurement of a running controller. */
export interface Case {
  /** The case's name in results.json, and the value of `--only` that selects the case. */
  readonly name: string;
  /** A description of the case in one sentence, for the help text and docs/figures.md. */
  readonly about: string;
  /**
   * The column of the results table for the figures of a case that runs only once. Undefined for a case that
   * runs once for each controller.
   */
  readonly column?: Column;
  /**
   * Runs the measurement. The case may leave objects that do not disturb later cases; the benchmark removes
   * these objects after the controller's last case.
   */
  run(harness: Harness): Promise<Figure[]>;
}

/**
 * A measurement that runs in a process of its own. Some of these measurements also start a control
 * plane of their own.
 */
export interface Script {
  readonly name: string;
  readonly about: string;
  /**
   * The name of a module in tests/bench/scripts. The module prints its figures to standard output,
   * each as a line of JSON in the format {@link ScriptFigure}.
   */
  readonly file: string;
  /** Flags of `deno run` in addition to `-A`. */
  readonly denoFlags?: readonly string[];
  /** Whether the script runs only if the flag `--only` names it. */
  readonly isOnRequest?: boolean;
}

/** A figure that a script prints. A script may measure kro, upstream, or both. */
export interface ScriptFigure {
  readonly measure: string;
  readonly unit: string;
  readonly values: { readonly ours: number; readonly upstream?: number };
}

/**
 * Prints a figure of a script to standard output. The benchmark process that has started the script reads it.
 */
export function printFigure(figure: ScriptFigure): void {
  console.log(JSON.stringify(figure));
}

/**
 * Returns a percentile of the values by the nearest-rank method: the smallest value that is at least as large
 * as `of` percent of the values.
 */
export function percentile(values: Iterable<number>, of: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * of / 100) - 1)] ?? NaN;
}
