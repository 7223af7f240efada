/**
 * Reads and writes deviations.md, the list of test cases in which kro deliberately differs from
 * upstream. Each section has a kind in its heading, a reason, and test cases with both results.
 */
import type { Difference } from "./compare.ts";

/** A test case that deviations.md lists. */
export interface Deviation extends Difference {
  /** The name of the test case. */
  name: string;
  /** The heading of the section that contains the test case. */
  heading: string;
}

const ITEM = /^- `(.+)`: upstream `(.+)`, here `(.+)`$/;

/** The kinds of deliberate differences that deviations.md may contain. */
const KINDS = ["upstream bug", "safer in cost", "safer in size", "safer in depth"];

/**
 * Parses deviations.md. Throws an error if a list item is malformed, or if a section with items has
 * no known kind or no reason.
 */
export function parseDeviations(markdown: string): Deviation[] {
  const deviations: Deviation[] = [];
  let heading = "";
  let kind: string | undefined;
  let reason = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("## ")) [heading, kind, reason] = [line.slice(3), undefined, false];
    else if (line.startsWith("Kind: ")) {
      kind = line.slice("Kind: ".length);
      if (!KINDS.includes(kind)) throw new Error(`deviations.md: unknown kind: ${kind}`);
    } else if (line.startsWith("- `")) {
      const item = ITEM.exec(line);
      if (!item) throw new Error(`deviations.md: not an item: ${line}`);
      if (kind === undefined) throw new Error(`deviations.md: "${heading}" names no kind`);
      if (!reason) throw new Error(`deviations.md: "${heading}" gives no reason`);
      deviations.push({ name: item[1]!, heading, upstream: item[2]!, here: item[3]! });
    } else if (line.trim() !== "") reason = true;
  }
  return deviations;
}

/** Formats the difference in a test case as a list item of deviations.md. */
export function deviationLine(name: string, { upstream, here }: Difference): string {
  const quoted = (text: string) => `\`${inCode(text)}\``;
  return `- ${quoted(name)}: upstream ${quoted(upstream)}, here ${quoted(here)}`;
}

/** Replaces the characters that Markdown inline code cannot contain: backticks and line feeds. */
export function inCode(text: string): string {
  return text.replaceAll("`", "´").replaceAll("\n", "\\n");
}

/**
 * Returns a line for each difference in `found` that deviations.md does not list, and for each difference in
 * `listed` that is not in `found`. The keys of `found` are the names of test cases.
 */
export function unexplained(
  found: ReadonlyMap<string, Difference>,
  listed: readonly Deviation[],
): string[] {
  const lines = new Set(listed.map((d) => deviationLine(d.name, d)));
  const actual = new Map([...found].map(([name, d]) => [deviationLine(name, d), name]));
  return [
    ...[...actual.keys()].filter((line) => !lines.has(line)).map((line) => `differs: ${line}`),
    ...[...lines].filter((line) => !actual.has(line)).map((line) =>
      `no longer differs like this, remove it from deviations.md: ${line}`
    ),
  ];
}
