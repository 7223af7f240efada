/**
 * The command `deno task faults`. Runs the fault scenarios on a control plane of its own, prints a table of
 * the results, and writes the result of each scenario to RESULTS.md.
 */
import { parseArgs } from "node:util";
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { scenarios } from "./scenarios/mod.ts";
import { attempt, Context, type Row } from "./scenarios/scenario.ts";
import { merged, type Occasion, table } from "./results.ts";
import { Environment } from "./environment.ts";

const usage = `Usage: deno task faults [--seed S] [--only NAME]... [--slice] [--soak SECONDS]

  --seed S     seed of what is random; 1 by default
  --only NAME  scenarios whose name contains NAME
  --slice      a fixed part that takes minutes
  --soak N     how many seconds the soak takes; 60 by default

When a scenario ends, its row is written to tests/faults/RESULTS.md. No row is written with --slice, or if there
are uncommitted changes.

Scenarios:
${scenarios.map(({ name }) => `  ${name}`).join("\n")}`;

const RESULTS = `${import.meta.dirname}/RESULTS.md`;

/** Returns the hash of the tested commit; undefined if there are uncommitted changes. */
async function commit(): Promise<string | undefined> {
  const git = async (...args: string[]) => {
    const cwd = `${import.meta.dirname}/../..`;
    const { stdout } = await new Deno.Command("git", { args, cwd }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  const changed = await git("status", "--porcelain", "--", ".", ":!tests/faults/RESULTS.md");
  return changed === "" ? await git("rev-parse", "--short", "HEAD") : undefined;
}

async function keep(row: Row, occasion: Occasion): Promise<void> {
  const page = await Deno.readTextFile(RESULTS).catch(() => "");
  const order = scenarios.map(({ name }) => name);
  await Deno.writeTextFile(RESULTS, merged(page, row, occasion, order));
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      only: { type: "string", multiple: true },
      soak: { type: "string", default: "60" },
      slice: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const seed = Number(values.seed);
  const soakMs = Number(values.soak) * 1000;
  const { only, slice } = values;
  const chosen = scenarios.filter(({ name, inSlice }) =>
    (!slice || inSlice) && (!only || only.some((part) => name.includes(part)))
  );
  if (chosen.length === 0 || !Number.isSafeInteger(seed) || !(soakMs > 0)) {
    console.error(usage);
    return 2;
  }
  // Reads the hash of the commit before kro is bundled, so that a new commit during the run does not change
  // the recorded hash.
  const tested = await commit();
  const say = (line: string) => console.error(line);
  await using controlPlane = await startControlPlane({ progress: say, without: apiOnly });
  const rows: { row: Row; occasion: Occasion }[] = [];
  await using env = await Environment.open(controlPlane);
  const context = new Context(env, { controlPlane, seed, soakMs, slice, say });
  for (const scenario of chosen) {
    const began = performance.now();
    context.begin();
    const row = await attemptRow(scenario.name, () => scenario.run(context));
    const occasion = { commit: tested ?? "none", seed, tookMs: performance.now() - began };
    rows.push({ row, occasion });
    if (tested && !slice) await keep(row, occasion);
  }
  console.log(table(rows));
  return rows.every(({ row }) => row.survived === row.runs && row.runs > 0) ? 0 : 1;
}

/**
 * Runs a scenario, and returns the row of the results table. If the scenario throws an error, the row
 * contains one failed run.
 */
async function attemptRow(scenario: string, run: () => Promise<Row>): Promise<Row> {
  let row: Row | undefined;
  const { faults } = await attempt(async () => {
    row = await run();
    return { faults: [], recoveryMs: 0 };
  });
  return row ?? { scenario, runs: 1, swept: "", survived: 0, inTime: 0, worstMs: 0, faults };
}

Deno.exit(await main(Deno.args));
