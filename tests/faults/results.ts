/**
 * Formats the page RESULTS.md, a table with one row for each fault scenario. The functions receive and return
 * the content of the page, and access no files.
 */
import type { Row } from "./scenarios/scenario.ts";

/**
 * The tested commit, the seed and the duration of a scenario, for the scenario's row on the page RESULTS.md.
 */
export interface Occasion {
  /** The hash of the tested commit. */
  commit: string;
  /** The seed of the random choices. */
  seed: number;
  /** The duration of the scenario, in milliseconds. */
  tookMs: number;
}

/** One row of the results table, as strings. */
interface Line {
  scenario: string;
  cells: string[];
  /** A line for each violation of a rule in the runs of the scenario. */
  faults: string[];
}

const COLUMNS = [
  "scenario",
  "runs",
  "survived",
  "in time",
  "worst recovery",
  "took",
  "commit",
  "seed",
  "swept",
];

/**
 * Returns the page RESULTS.md with the new row of a scenario instead of the scenario's earlier row. `order`
 * contains the names of all scenarios. The rows have this order, and the rows of scenarios that are not in
 * `order` are removed.
 */
export function merged(
  page: string,
  row: Row,
  occasion: Occasion,
  order: readonly string[],
): string {
  const lines = parse(page).filter(({ scenario }) =>
    scenario !== row.scenario && order.includes(scenario)
  );
  lines.push({ scenario: row.scenario, cells: cellsOf(row, occasion), faults: row.faults });
  lines.sort((a, b) => order.indexOf(a.scenario) - order.indexOf(b.scenario));
  const missing = order.filter((name) => !lines.some(({ scenario }) => scenario === name));
  return [
    "<!-- deno-fmt-ignore-file -->",
    "",
    "# Faults: results",
    "",
    "`deno task faults` writes each row when its scenario ends. The column `in time` counts runs in which each phase took",
    "at most three times as long as in the run without faults, plus the duration of the fault. A machine that also does",
    "other work exceeds this time.",
    "",
    ...tableOf(lines),
    "",
    ...(missing.length > 0 ? [`Not run yet: ${missing.join(", ")}.`, ""] : []),
    ...findings(lines),
  ].join("\n");
}

/** Returns the results table that `deno task faults` prints. */
export function table(rows: readonly { row: Row; occasion: Occasion }[]): string {
  const lines = rows.map(({ row, occasion }) => {
    const { scenario, faults } = row;
    return { scenario, cells: cellsOf(row, occasion), faults };
  });
  return [...tableOf(lines), "", ...findings(lines)].join("\n");
}

function cellsOf(row: Row, { commit, seed, tookMs }: Occasion): string[] {
  return [
    row.scenario,
    row.runs,
    row.survived,
    row.inTime,
    `${(row.worstMs / 1000).toFixed(1)} s`,
    `${(tookMs / 1000).toFixed(0)} s`,
    commit,
    seed,
    row.swept,
  ].map((cell) => String(cell).replaceAll("|", "/"));
}

function tableOf(lines: readonly Line[]): string[] {
  const text = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [text(COLUMNS), text(COLUMNS.map(() => "---")), ...lines.map(({ cells }) => text(cells))];
}

function findings(lines: readonly Line[]): string[] {
  const found = lines.flatMap(({ scenario, faults }) =>
    faults.map((fault) => `- ${scenario}, ${fault.replaceAll(/\s*\n\s*/g, " / ")}`)
  );
  return found.length > 0 ? ["What the oracles found:", "", ...found, ""] : [];
}

function parse(page: string): Line[] {
  const text = page.split("\n");
  const rows = text.filter((line) => line.startsWith("| ")).map((line) =>
    line.slice(2, -2).split(" | ")
  ).filter((cells) => cells.length === COLUMNS.length && !["scenario", "---"].includes(cells[0]!));
  return rows.map((cells) => {
    const scenario = cells[0]!;
    const start = `- ${scenario}, `;
    const faults = text.filter((line) => line.startsWith(start)).map((line) =>
      line.slice(start.length)
    );
    return { scenario, cells, faults };
  });
}
