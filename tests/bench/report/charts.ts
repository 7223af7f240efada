/** Draws bar charts of the benchmark's figures as SVG, with the same line breaks as `deno fmt`. */
import { COLUMNS, type Results, shown, valueOf } from "./results.ts";

const THEMES = {
  light: { text: "#1f2328", faint: "#59636e", bars: ["#0969da", "#bf8700", "#bc4c00", "#8c959f"] },
  dark: { text: "#f0f6fc", faint: "#9198a1", bars: ["#4493f8", "#d29922", "#db6d28", "#656c76"] },
} as const;

/** The color scheme of the page that contains the chart. */
export type Theme = keyof typeof THEMES;

/** Returns the groups of bars in a chart. Each group has its own scale. */
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

/** Returns the chart of a benchmark run as SVG, in the colors of the theme. */
export function chart(results: Results, theme: Theme): string {
  const { text, faint, bars: colors } = THEMES[theme];
  const [left, width, bar] = [300, 760, 18];
  const parts: string[] = [];
  let y = 8;
  for (const { title, unit, bars } of groups(results)) {
    const most = Math.max(...bars.map(({ value }) => value!));
    parts.push(`<text x="0" y="${y + 13}" fill="${text}">${title}</text>`);
    for (const { name, color, value } of bars) {
      const length = most === 0 ? 1 : Math.max(1, (width - left - 90) * value! / most);
      const end = (left + length + 6).toFixed(1);
      const size = `width="${length.toFixed(1)}" height="${bar - 4}"`;
      parts.push(
        `<text x="${left - 8}" y="${y + 13}" fill="${faint}" text-anchor="end">${name}</text>`,
        `<rect x="${left}" y="${y + 2}" ${size} rx="2" fill="${colors[color]}" />`,
        `<text x="${end}" y="${y + 13}" fill="${text}">${`${shown(value)} ${unit}`.trim()}</text>`,
      );
      y += bar;
    }
    y += 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}"
  font-family="system-ui, sans-serif" font-size="12" role="img"
  aria-label="kro beside upstream kro">
${parts.map((part) => `  ${part}\n`).join("")}</svg>
`;
}
