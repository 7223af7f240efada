/** Generates the page docs/figures.md and its charts from the results of a benchmark run. */
import { cases, scripts } from "../cases/mod.ts";
import { chart, type Theme } from "./charts.ts";
import { padded, type Results, tableOf } from "./results.ts";
import { judge } from "./targets.ts";

const DOCS = new URL("../../../docs/", import.meta.url);
const THEMES: readonly Theme[] = ["light", "dark"];

const METHOD = `
- kro runs from its production bundle with its production permissions. Upstream is the released controller, built from its Go module.
- "Upstream, tuned" runs with these settings: 16 workers each for instances, RGDs and revisions; 2,000 requests per second; no limit on
  Events; the log level of production.
- kro and upstream run one after the other, with the same graphs, on the same control plane (etcd and kube-apiserver) on the same machine.
  Compare the columns of one row; do not compare figures from different machines.
- The graph of most cases has five objects: a first ConfigMap, a second ConfigMap and a Secret that read the first one, a ServiceAccount,
  and a Service that reads the second ConfigMap. To create an instance, kro sends seven writes: one for each object, one for the
  finalizer and the inventory, and one for the status.
- The "bare loop" sends the same writes as kro, without a graph, a cache or a queue. Its time is the part of kro's time that the API server
  needs. If the bare loop was slower than kro, other work on the machine slowed the bare loop down.
- A call is a request in the API server's audit log, except watches and requests for the controller's Lease. CPU is the controller's
  processor time until two seconds after its last call. RSS is resident memory. p50, p95 and p99 are percentiles.
`.trim();

/** Returns docs/figures.md and its charts, as the names of files in `docs` and their contents. */
export function pages(results: Results): Record<string, string> {
  const charts = THEMES.map((theme) => [`figures-${theme}.svg`, chart(results, theme)]);
  return { "figures.md": page(results), ...Object.fromEntries(charts) };
}

/** Writes the files that {@link pages} returns into the folder docs. */
export async function writePages(results: Results): Promise<void> {
  await Deno.mkdir(DOCS, { recursive: true });
  for (const [name, text] of Object.entries(pages(results))) {
    await Deno.writeTextFile(new URL(name, DOCS), text);
  }
}

/**
 * Returns the content of docs/figures.md: charts, targets, method, machine, and a table for each
 * case.
 */
export function page(results: Results): string {
  const names = [...new Set(results.rows.map((row) => row.case))];
  return `# Figures

\`deno task bench\` generates this page from \`tests/bench/results.json\`, which contains the results of the last complete run.
\`deno task bench --help\` lists the options, and \`deno task bench --check\` compares the calls and CPU of a new run with that file.

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="figures-dark.svg">
  <img alt="Results of kro and of upstream kro" src="figures-light.svg">
</picture>

## Targets

Each target is a ratio between two results of the same run. If the time to create or to update misses its target, the table also shows
the ratio that the bare loop reaches (see "Method").

${targets(results)}

## Method

${METHOD}

## Machine

${machine(results)}

## Cases

${names.map((name) => section(results, name)).join("\n\n")}
${failures(results)}`;
}

function targets(results: Results): string {
  const verdicts = judge(results).map(({ target, found, holds }) => [
    target,
    found,
    holds === undefined ? "not judged" : holds ? "yes" : "no",
  ]);
  return markdown([["target", "found", "met"], ...verdicts], 1);
}

function machine({ began, ended, versions, machine, sizes }: Results): string {
  const minute = (time: string) => time.slice(0, 16).replace("T", " ");
  const lines = [
    ["time", `${minute(began)} to ${minute(ended).slice(11)} UTC`],
    ["kro", `${versions.kro}, Deno ${versions.deno}`],
    ["upstream", versions.upstream],
    ["Kubernetes", versions.kubernetes],
    ["processor", `${machine.cores} cores, ${machine.cpu}`],
    ["memory", `${machine.memoryGiB} GiB`],
    [
      "load average",
      `${machine.loadBegan.toFixed(1)} at the start, ${machine.loadEnded.toFixed(1)} at the end`,
    ],
    ["sizes", Object.entries(sizes).map(([key, value]) => `${key} ${value}`).join(", ")],
  ];
  return markdown([["what", "value"], ...lines], 2);
}

function section(results: Results, name: string): string {
  const about = [...cases, ...scripts].find((each) => each.name === name)?.about;
  const table = tableOf(results, (row) => row.case === name).map((line) => line.slice(1));
  return [`### ${name}`, ...about ? [about] : [], markdown(table, 2)].join("\n\n");
}

function failures({ failed }: Results): string {
  if (failed.length === 0) return "";
  const lines = failed.map((f) => `- \`${f.case}\` of ${f.side}: ${f.error.split("\n")[0]}`);
  return `\n## Failed\n\n${lines.join("\n")}\n`;
}

/**
 * Formats a Markdown table as `deno fmt` does. The first `texts` columns are left-aligned, the
 * other columns right-aligned.
 */
function markdown(table: readonly string[][], texts: number): string {
  const [head, ...lines] = padded(table, texts);
  const rule = head!.map(({ length }, i) =>
    i < texts ? "-".repeat(length) : "-".repeat(length - 1) + ":"
  );
  return [head!, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

if (import.meta.main) {
  const record = new URL("../results.json", import.meta.url);
  await writePages(JSON.parse(await Deno.readTextFile(record)));
}
