/** The table of results, as Markdown. */
import type { Row } from "./scenarios/scenario.ts";

/** What a table is of. */
export interface Occasion {
  /** The commit that was tested. */
  commit: string;
  /** Seed of what was random. */
  seed: number;
  /** Only the fixed part. */
  slice: boolean;
  /** How long all of it took, in milliseconds. */
  took: number;
}

/** The whole page. */
export function table(rows: readonly Row[], { commit, seed, slice, took }: Occasion): string {
  const command = `deno task faults --seed ${seed}${slice ? " --slice" : ""}`;
  const minutes = (took / 60_000).toFixed(0);
  const lines = rows.map((r) => {
    const worst = `${(r.worstMs / 1000).toFixed(1)} s`;
    return `| ${r.scenario} | ${r.runs} | ${r.swept} | ${r.survived} | ${worst} |`;
  });
  const failed = rows.flatMap((r) => r.faults.map((fault) => `- ${r.scenario}, ${fault}`));
  return [
    "# Faults: results",
    "",
    `\`${command}\` at commit ${commit}, ${minutes} minutes.`,
    "",
    "| scenario | runs | swept | survived | worst recovery |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
    ...(failed.length > 0 ? ["What the oracles found:", "", ...failed, ""] : []),
  ].join("\n");
}
