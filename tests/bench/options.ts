/** Parses the command line of the benchmark. */
import { parseArgs } from "node:util";
import { cases, scripts } from "./cases/mod.ts";
import type { Sizes } from "./kit/case.ts";
import type { Variant } from "./kit/controller.ts";

/** The options of a benchmark run. */
export interface Options {
  readonly sizes: Sizes;
  /** The controllers to measure, in the order in which they run. */
  readonly variants: readonly Variant[];
  /**
   * Whether the flag `--only` is absent. All cases and scripts then run, except scripts with `isOnRequest`.
   */
  readonly isWhole: boolean;
  /** Whether the case or script with this name runs. */
  wants(name: string): boolean;
  /** Arguments that are passed to the scripts. */
  readonly args: readonly string[];
  /** The path of a file to which the results are written in addition. */
  readonly out?: string;
  /** Whether to compare the results with the recorded results instead of replacing them. */
  readonly check: boolean;
  /** Whether to print {@link USAGE} and exit. */
  readonly help: boolean;
}

const all = [...cases, ...scripts];

/** The help text of `deno task bench`. */
export const USAGE = `Usage: deno task bench [options] [script argument]

Measures kro and upstream's controller, one after the other, on a control plane of its own. A run of all
cases writes tests/bench/results.json and docs/figures.md.

  --only CASE        run only this case; may be repeated
  --upstream KIND    default, tuned (with its best flags) or none [tuned]
  --check            compare calls and CPU with the record; exit with 1 when they are worse
  --out FILE         write the results to FILE
  --n N              instances of most cases [200]
  --many N           instances of the cases create and neighbour [1000]
  --drifts N         changes that kro must revert [100]
  --quiet SECONDS    time without a change [60]
  --graphs N         RGDs at once [100]
  --memory N,N       instances at which memory is measured, ascending [1000,5000]

Cases (* only with --only):
${
  all.map((each) => {
    const name = "isOnRequest" in each && each.isOnRequest ? `${each.name}*` : each.name;
    return `  ${name.padEnd(10)} ${
      each.about.replace(/(.{1,85})( |$)/g, `$1\n${" ".repeat(13)}`).trim()
    }`;
  }).join("\n")
}`;

/** Parses the command line. Throws an Error that names the flag if a flag is invalid. */
export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      n: { type: "string", default: "200" },
      many: { type: "string", default: "1000" },
      only: { type: "string", multiple: true, default: [] },
      upstream: { type: "string", default: "tuned" },
      drifts: { type: "string", default: "100" },
      quiet: { type: "string", default: "60" },
      graphs: { type: "string", default: "100" },
      memory: { type: "string", default: "1000,5000" },
      out: { type: "string" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { only, upstream, out, check, help } = values;
  for (const name of only) {
    if (!all.some((each) => each.name === name)) {
      const names = all.map((each) => each.name).join(", ");
      throw new Error(`--only ${name}: no such case; the cases are ${names}`);
    }
  }
  if (!["default", "tuned", "none"].includes(upstream)) {
    throw new Error(`--upstream ${upstream}: must be default, tuned or none`);
  }
  const isOptional = (name: string) =>
    scripts.some((each) => each.name === name && each.isOnRequest);
  return {
    sizes: {
      n: positive("n", values.n),
      many: positive("many", values.many),
      drifts: positive("drifts", values.drifts),
      quiet: positive("quiet", values.quiet),
      graphs: positive("graphs", values.graphs),
      memory: values.memory.split(",").map((count) => positive("memory", count)),
    },
    variants: upstream === "none" ? ["ours"] : ["ours", upstream as Variant],
    isWhole: only.length === 0,
    wants: (name) => only.length === 0 ? !isOptional(name) : only.includes(name),
    args: positionals,
    out,
    check,
    help,
  };
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`--${flag} ${text}: must be 1 or more`);
  }
  return value;
}
