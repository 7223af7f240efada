/**
 * `deno run -A tests/bench/charts.ts`: draws results.json as SVG, one file for a light page and one for a dark,
 * and writes its table into the README.
 */
import { format, intoReadme } from "./kit/readme.ts";
import { COLUMNS, type Results, shown, valueOf } from "./kit/results.ts";

const THEMES = {
  light: { text: "#1f2328", faint: "#59636e", bars: ["#0969da", "#bf8700", "#bc4c00", "#8c959f"] },
  dark: { text: "#f0f6fc", faint: "#9198a1", bars: ["#4493f8", "#d29922", "#db6d28", "#656c76"] },
} as const;

/** What is drawn: each group of bars has a scale of its own. */
function groups(results: Results) {
  const n = results.sizes.n;
  const wanted: [string, string, RegExp, string][] = [
    [`create ${n} instances`, "create", new RegExp(`^${n}: all ACTIVE`), "s"],
    ["calls to create one", "create", new RegExp(`^${n}: calls`), ""],
    ["CPU to create one", "create", new RegExp(`^${n}: CPU`), "ms"],
    [`update ${n} instances`, "update", /^all updated/, "s"],
    ["repair of a drift, p50", "drift", /p50$/, "ms"],
    [`delete ${n} instances`, "delete", /^all gone/, "s"],
    ["calls after a restart", "restart", /^calls$/, ""],
  ];
  return wanted.map(([title, of, measure, unit]) => ({
    title,
    unit,
    bars: COLUMNS.map(([column, name], i) => ({
      name,
      color: i,
      value: valueOf(results, of, measure, column),
    })).filter((bar) => bar.value !== undefined),
  })).filter(({ bars }) => bars.length > 0);
}

/** The picture of a theme. */
export function draw(results: Results, theme: keyof typeof THEMES): string {
  const { text, faint, bars: colors } = THEMES[theme];
  const [left, width, bar] = [300, 760, 18];
  const parts: string[] = [];
  let y = 8;
  for (const { title, unit, bars } of groups(results)) {
    const most = Math.max(...bars.map(({ value }) => value!));
    parts.push(`<text x="0" y="${y + 13}" fill="${text}">${title}</text>`);
    for (const { name, color, value } of bars) {
      const length = most === 0 ? 1 : Math.max(1, (width - left - 90) * value! / most);
      parts.push(
        `<text x="${left - 8}" y="${y + 13}" fill="${faint}" text-anchor="end">${name}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${length.toFixed(1)}" height="${
          bar - 4
        }" rx="2" fill="${colors[color]}"/>`,
        `<text x="${(left + length + 6).toFixed(1)}" y="${y + 13}" fill="${text}">${
          `${shown(value)} ${unit}`.trim()
        }</text>`,
      );
      y += bar;
    }
    y += 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" ` +
    `font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="kro beside upstream kro">\n${
      parts.join("\n")
    }\n</svg>\n`;
}

/** Writes both. */
export async function drawCharts(results: Results): Promise<void> {
  const folder = new URL("charts/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  for (const theme of ["light", "dark"] as const) {
    await Deno.writeTextFile(new URL(`${theme}.svg`, folder), draw(results, theme));
  }
  await format(folder.pathname);
}

if (import.meta.main) {
  const file = new URL("results.json", import.meta.url);
  const results = JSON.parse(await Deno.readTextFile(file)) as Results;
  await drawCharts(results);
  await intoReadme(results);
}
