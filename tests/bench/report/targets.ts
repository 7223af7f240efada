/**
 * The performance targets of the project. Each target is a ratio of figures within one benchmark
 * run.
 */
import { type Column, type Results, valueOf } from "./results.ts";

/** A performance target, and the ratio that a run has measured. */
export interface Verdict {
  target: string;
  found: string;
  /**
   * Whether the run meets the target. Undefined if the ratio was not measured, or if other work on
   * the machine disturbed the run.
   */
  holds: boolean | undefined;
}

/**
 * Compares the figures of a benchmark run with all performance targets. Returns a verdict for each target.
 */
export function judge(results: Results): Verdict[] {
  const n = results.sizes.n;
  const value = (of: string, measure: RegExp, column: Column = "ours") =>
    valueOf(results, of, measure, column);
  const ratio = (
    target: string,
    above: number | undefined,
    below: number | undefined,
    holds: (ratio: number) => boolean,
  ): Verdict => {
    const found = above === undefined || below === undefined ? NaN : above / below;
    if (Number.isNaN(found)) return { target, found: "not measured", holds: undefined };
    return { target, found: found.toFixed(2), holds: holds(found) };
  };
  const against = (target: string, of: string, measure: RegExp, atLeast: number) =>
    ratio(
      `${target}: upstream, tuned, needs at least ${atLeast} times as much as kro`,
      value(of, measure, "tuned"),
      value(of, measure),
      (found) => found >= atLeast,
    );
  const all = new RegExp(`^${n}: all ACTIVE`);
  const updated = /^all updated/;
  const writes = value("restart", /^writes/);
  const bare = (what: string) => {
    const rows = results.rows.filter(({ case: of, measure, unit }) =>
      of === "ceiling" && unit === "s" && measure.startsWith(`${n} instances ${what}`)
    );
    return rows.length > 0 ? Math.min(...rows.map((row) => row.values.bare!)) : undefined;
  };
  const create = ratio(
    "time to create: kro needs at most 1.25 times as much as the bare loop",
    value("create", all),
    bare("created"),
    (found) => found <= 1.25,
  );
  // If kro misses a target, adds upstream's time divided by the time of the bare loop to the verdict. The
  // bare loop only sends the same writes as kro, so this ratio shows whether any controller could meet the
  // target.
  const beside = (verdict: Verdict, upstream: number | undefined, ceiling: number | undefined) =>
    verdict.holds === false && upstream && ceiling
      ? {
        ...verdict,
        found: `${verdict.found}; the bare loop reaches ${(upstream / ceiling).toFixed(2)}`,
      }
      : verdict;
  // kro does more work than the bare loop, which only sends the same writes. If kro nevertheless took less
  // time, other work on the machine has slowed the bare loop down.
  const disturbed = Number(create.found) < 1;
  return [
    disturbed
      ? {
        ...create,
        found: `${create.found}: other work slowed the bare loop down`,
        holds: undefined,
      }
      : create,
    beside(
      against("time to create", "create", all, 7),
      value("create", all, "tuned"),
      bare("created"),
    ),
    against("calls to create", "create", new RegExp(`^${n}: calls`), 7),
    beside(
      against("time to update", "update", updated, 6),
      value("update", updated, "tuned"),
      bare("updated"),
    ),
    against("time to repair drift (p50)", "drift", /p50$/, 5),
    against("time to delete", "delete", /^all gone/, 2.5),
    {
      target: "writes after a restart, without the repair of one changed object: 0",
      found: writes === undefined ? "not measured" : String(writes),
      holds: writes === undefined ? undefined : writes === 0,
    },
    against("CPU to create", "create", new RegExp(`^${n}: CPU`), 3),
    ...["GET", "PATCH"].map((verb) =>
      ratio(
        `another client's ${verb} (p99): during an update at most 2 times as long as without changes`,
        value("neighbour", new RegExp(`^${verb} during`)),
        value("neighbour", new RegExp(`^${verb} when`)),
        (found) => found <= 2,
      )
    ),
    ratio(
      "time to repair (p50): with 700 requests a second to kro's API at most 2 times as long as without",
      value("readers", /with readers, p50$/),
      value("readers", /without readers, p50$/),
      (found) => found <= 2,
    ),
    ratio(
      "RSS with 5000 instances: at most 0.7 times that of upstream, tuned",
      value("memory", /^RSS with 5000 /),
      value("memory", /^RSS with 5000 /, "tuned"),
      (found) => found <= 0.7,
    ),
  ];
}
