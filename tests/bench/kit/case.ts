/** The types of the benchmark's cases and scripts, and of their figures. */
import type { Column } from "../report/results.ts";
import type { Harness } from "./harness.ts";

/** The amount of work that the cases do. */
export interface Sizes {
  /** Instances of most cases. */
  readonly n: number;
  /** Instances of the cases that need many. */
  readonly many: number;
  /** Repetitions of a change that kro must revert. */
  readonly drifts: number;
  /** Seconds without any change. */
  readonly quiet: number;
  /** RGDs that are applied at once. */
  readonly graphs: number;
  /** Ascending numbers of instances at which memory is measured. */
  readonly memory: readonly number[];
}

/** One measured value. With the unit `calls`, `--check` accepts only the recorded value. */
export interface Figure {
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** A measurement of a running controller. */
export interface Case {
  /** The name of the case in results.json and for `--only`. */
  readonly name: string;
  /** One sentence for the help text and for docs/figures.md. */
  readonly about: string;
  /** The column of its figures, when the case runs once instead of for each controller. */
  readonly column?: Column;
  /** Measures. Objects that it leaves must not disturb later cases; `sweep` removes them at the end. */
  run(harness: Harness): Promise<Figure[]>;
}

/** A measurement that needs a process of its own, and sometimes a control plane of its own. */
export interface Script {
  readonly name: string;
  readonly about: string;
  /** A module in tests/bench/scripts that prints one {@link ScriptFigure} as JSON on each line of stdout. */
  readonly file: string;
  /** Flags of `deno run` besides `-A`. */
  readonly denoFlags?: readonly string[];
  /** True when the script runs only if `--only` names it. */
  readonly isOnRequest?: boolean;
}

/** A figure of a script, which may measure both kro and upstream. */
export interface ScriptFigure {
  readonly measure: string;
  readonly unit: string;
  readonly values: { readonly ours: number; readonly upstream?: number };
}

/** Prints a figure of a script, for the benchmark that started it. */
export function printFigure(figure: ScriptFigure): void {
  console.log(JSON.stringify(figure));
}

/** Returns the nearest-rank percentile: the smallest value that at least `of` percent do not exceed. */
export function percentile(values: Iterable<number>, of: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * of / 100) - 1)] ?? NaN;
}
