/**
 * The command `deno task bench`. It measures kro and upstream's released controller one after the other, with
 * the same RGDs on the same control plane. For comparison, it also measures a program that sends the same
 * writes as kro and does no other work. `--help` lists the options and cases.
 */
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { cases, scripts } from "./cases/mod.ts";
import type { Script, ScriptFigure } from "./kit/case.ts";
import { install } from "./kit/controller.ts";
import { Harness } from "./kit/harness.ts";
import { sweep } from "./kit/sweep.ts";
import { administrator } from "./kit/user.ts";
import { parseOptions, USAGE } from "./options.ts";
import { machine, versions } from "./report/environment.ts";
import { writePages } from "./report/page.ts";
import { regressions } from "./report/regressions.ts";
import { asText, type Column, type Results } from "./report/results.ts";
import { judge } from "./report/targets.ts";

const RECORD = new URL("results.json", import.meta.url).pathname;

const options = parseOptions(Deno.args);
if (options.help) {
  console.log(USAGE);
  Deno.exit();
}
const { sizes, variants, wants } = options;
const isRecorded = options.isWhole && !options.check;
const out = options.out ?? (isRecorded ? RECORD : undefined);

const results: Results = {
  began: new Date().toISOString(),
  ended: "",
  versions: await versions(),
  machine: await machine(),
  sizes: { ...sizes },
  rows: [],
  failed: [],
};

function note(of: string, measure: string, unit: string, column: Column, value: number): void {
  console.error(`${of} (${column}): ${measure}: ${value.toFixed(2)} ${unit}`);
  const row = results.rows.find((row) => row.case === of && row.measure === measure);
  if (row) row.values[column] = value;
  else results.rows.push({ case: of, measure, unit, values: { [column]: value } });
}

/**
 * Calls `run`, which runs the case or script `of` for one controller. An error is recorded and printed, so
 * that the other cases still run.
 */
async function attempt(of: string, side: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(`${of} (${side}) failed:`, error);
    results.failed.push({ case: of, side, error: String(error) });
  }
  if (out) await save(out);
}

async function runCases(): Promise<void> {
  const wanted = cases.filter(({ name }) => wants(name));
  if (wanted.length === 0) return;
  await using controlPlane = await startControlPlane({
    progress: (line) => console.error(line),
    without: apiOnly,
  });
  const client = await administrator(controlPlane);
  for (const variant of variants) {
    {
      await using harness = await Harness.start(
        await install(variant),
        controlPlane,
        client,
        sizes,
      );
      for (const { name, column = variant, run } of wanted) {
        if (column !== variant && variant !== variants[0]) continue;
        await attempt(name, variant, async () => {
          for (const { measure, unit, value } of await run(harness)) {
            note(name, measure, unit, column, value);
          }
        });
      }
    }
    await sweep(client);
  }
  client.close();
}

/**
 * Runs a script of the benchmark in a process of its own, and adds the figures that the script prints to the
 * results.
 */
async function runScript({ name, file, denoFlags = [] }: Script): Promise<void> {
  const path = new URL(`scripts/${file}`, import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...denoFlags, path, ...options.args],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  for (const line of new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "")) {
    const { measure, unit, values } = JSON.parse(line) as ScriptFigure;
    note(name, measure, unit, "ours", values.ours);
    if (values.upstream !== undefined) {
      note(name, measure, unit, variants[1] ?? "tuned", values.upstream);
    }
  }
  if (!success) throw new Error(`${file} failed; its output is above`);
}

async function save(path: string): Promise<void> {
  results.ended = new Date().toISOString();
  results.machine.loadEnded = Deno.loadavg()[0]!;
  await Deno.writeTextFile(path, `${JSON.stringify(results, null, 2)}\n`);
}

await runCases();
for (const script of scripts.filter(({ name }) => wants(name))) {
  await attempt(script.name, "both", () => runScript(script));
}

if (results.rows.length > 0) console.log(asText(results));
for (const { target, found, holds } of judge(results)) {
  if (holds === undefined && !options.isWhole) continue;
  console.log(`${holds === undefined ? "-   " : holds ? "ok  " : "FAIL"} ${target}: ${found}`);
}
if (out) await save(out);
if (out === RECORD) await writePages(results);
let faults = results.failed.length;
if (options.check) {
  for (const line of regressions(JSON.parse(await Deno.readTextFile(RECORD)), results)) {
    console.error(line);
    faults++;
  }
}
Deno.exitCode = faults > 0 ? 1 : 0;
