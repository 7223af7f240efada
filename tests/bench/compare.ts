/**
 * `deno task bench [--n 200] [--only NAME] [--upstream default|tuned|none]`: ours and upstream's released
 * controller, one after the other on the same control plane with the same graphs, and a bare loop.
 * A full run is recorded in results.json, the README's table and the charts; one of some cases is only shown.
 */
import { parseArgs } from "node:util";
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { moduleDir, modules, moduleVersion } from "../support/controlplane/parts.ts";
import { cel } from "./cases/cel.ts";
import { cases } from "./cases/mod.ts";
import { drawCharts } from "./charts.ts";
import { administrator } from "./instances/setup.ts";
import { Bed, type Sizes } from "./kit/bed.ts";
import { regressions } from "./kit/check.ts";
import { intoReadme } from "./kit/readme.ts";
import { asText, type Column, type Results } from "./kit/results.ts";
import { type SideName, sideOf } from "./kit/sides.ts";
import { sweep } from "./kit/sweep.ts";
import { judge } from "./kit/targets.ts";

const root = new URL("../..", import.meta.url).pathname;
const RECORD = `${root}tests/bench/results.json`;

const { values: flags } = parseArgs({
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
  },
});
const sizes: Sizes = {
  n: positive("n", flags.n),
  many: positive("many", flags.many),
  drifts: positive("drifts", flags.drifts),
  quiet: positive("quiet", flags.quiet),
  graphs: positive("graphs", flags.graphs),
  memory: flags.memory.split(",").map((count) => positive("memory", count)),
};
const known = [...cases.map(({ name }) => name), "cel"];
for (const name of flags.only) {
  if (!known.includes(name)) throw new Error(`--only: ${name} is none of ${known.join(", ")}`);
}
if (!["default", "tuned", "none"].includes(flags.upstream)) {
  throw new Error("--upstream: default, tuned or none");
}
const sides: SideName[] = flags.upstream === "none"
  ? ["ours"]
  : ["ours", flags.upstream as SideName];
const wants = (name: string) => flags.only.length === 0 || flags.only.includes(name);
const out = flags.out ?? (flags.only.length === 0 && !flags.check ? RECORD : undefined);

await using controlPlane = await startControlPlane({
  progress: (line) => console.error(line),
  without: apiOnly,
});
const client = await administrator(controlPlane);
const results: Results = {
  began: new Date().toISOString(),
  ended: "",
  versions: await versions(),
  machine: await machine(),
  sizes: { ...sizes },
  rows: [],
  failed: [],
};
const note = (of: string, measure: string, unit: string, column: Column, value: number) => {
  console.error(`${of} (${column}): ${measure}: ${value.toFixed(2)} ${unit}`);
  const same = results.rows.find((row) => row.case === of && row.measure === measure);
  if (same) same.values[column] = value;
  else results.rows.push({ case: of, measure, unit, values: { [column]: value } });
};
/** A case that fails is told and recorded; the others go on. */
const attempt = async (of: string, side: string, run: () => Promise<void>) => {
  try {
    await run();
  } catch (error) {
    console.error(`${of} (${side}) failed:`, error);
    results.failed.push({ case: of, side, error: String(error) });
  }
  if (out) await save(out);
};

if (cases.some(({ name }) => wants(name))) {
  for (const name of sides) {
    {
      await using bed = await Bed.start(await sideOf(name), controlPlane, client, sizes);
      for (const each of cases.filter(({ name }) => wants(name))) {
        if (each.column && name !== sides[0]) continue;
        await attempt(each.name, name, async () => {
          for (const { measure, unit, value } of await each.run(bed)) {
            note(each.name, measure, unit, each.column ?? name, value);
          }
        });
      }
    }
    await sweep(client);
  }
}
if (wants("cel")) {
  await attempt("cel", "both", async () => {
    for (const { measure, ours, upstream } of await cel()) {
      note("cel", measure, "µs", "ours", ours);
      note("cel", measure, "µs", sides[1] ?? "tuned", upstream);
    }
  });
}
client.close();

console.log(asText(results));
for (const { target, found, holds } of judge(results)) {
  console.log(`${holds === undefined ? "-   " : holds ? "ok  " : "FAIL"} ${target}: ${found}`);
}
if (out) await save(out);
if (out === RECORD) {
  await drawCharts(results);
  await intoReadme(results);
}
let wrong = results.failed.length;
if (flags.check) {
  const recorded = JSON.parse(await Deno.readTextFile(RECORD)) as Results;
  for (const line of regressions(recorded, results)) {
    console.error(line);
    wrong++;
  }
}
Deno.exitCode = wrong > 0 ? 1 : 0;

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${flag}: ${text} is no count`);
  return value;
}

async function save(path: string): Promise<void> {
  results.ended = new Date().toISOString();
  results.machine.loadEnded = Deno.loadavg()[0]!;
  await Deno.writeTextFile(path, `${JSON.stringify(results, null, 2)}\n`);
}

async function versions(): Promise<Results["versions"]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["describe", "--always", "--dirty"],
    cwd: root,
  }).output();
  const goMod = await Deno.readTextFile(`${moduleDir}/go.mod`);
  return {
    kro: new TextDecoder().decode(stdout).trim(),
    upstream: moduleVersion(goMod, "github.com/kubernetes-sigs/kro"),
    kubernetes: moduleVersion(goMod, modules.kubernetes),
    deno: Deno.version.deno,
  };
}

async function machine(): Promise<Results["machine"]> {
  const info = await Deno.readTextFile("/proc/cpuinfo");
  const load = Deno.loadavg()[0]!;
  return {
    cpu: /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 1024 ** 3),
    loadBegan: load,
    loadEnded: load,
  };
}
