/** What a case of the benchmark is, and what it returns. */
import type { Column } from "../report/results.ts";
import type { Harness } from "./harness.ts";

/** How much work the cases do. */
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

/** One measured value. A value with the unit `calls` is exact: `--check` accepts no other. */
export interface Figure {
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** A measurement of a running controller. */
export interface Case {
  /** The key of the case in results.json and after `--only`. */
  readonly name: string;
  /** One sentence for the help text and for docs/figures.md. */
  readonly about: string;
  /** Set when the case runs once, not for each controller: the column of its figures. */
  readonly column?: Column;
  /** Measures. What it leaves must not disturb the cases after it; `sweep` removes everything in the end. */
  run(harness: Harness): Promise<Figure[]>;
}

/** A measurement that needs a process, and sometimes a control plane, of its own. */
export interface Script {
  readonly name: string;
  readonly about: string;
  /** A module in tests/bench/scripts that prints {@link ScriptFigure}s on standard output, one JSON text a line. */
  readonly file: string;
  /** Flags of `deno run` besides `-A`. */
  readonly denoFlags?: readonly string[];
  /** True when the script runs only if `--only` names it. */
  readonly isOnRequest?: boolean;
}

/** A figure of a script; one script may measure kro and upstream. */
export interface ScriptFigure {
  readonly measure: string;
  readonly unit: string;
  readonly values: { readonly ours: number; readonly upstream?: number };
}

/** Prints a figure of a script for the process that started it. */
export function printFigure(figure: ScriptFigure): void {
  console.log(JSON.stringify(figure));
}

/** The smallest of the values that at least `of` percent of them do not exceed. */
export function percentile(values: Iterable<number>, of: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * of / 100) - 1)] ?? NaN;
}
