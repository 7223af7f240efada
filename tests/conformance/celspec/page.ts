/** The page that says where every case of cel-spec stands. */
import { inCode } from "../deviations.ts";
import { canonical } from "../protocol.ts";
import type { SpecCase } from "./cases.ts";
import { REASONS } from "./scope.ts";
import type { Failing, Standing } from "./standing.ts";

/** Where it is. */
export const PAGE = `${import.meta.dirname}/README.md`;

/** The page's text. */
export function pageOf(list: readonly Standing[]): string {
  const cases = list.flatMap(({ file }) => file.cases);
  const failing = list.flatMap((standing) => standing.failing);
  const unchecked = failing.filter((f) => f.case.unchecked && f.here.compileError === true);
  const outside = cases.filter(({ outOfScope }) => outOfScope !== undefined);
  const passing = list.reduce((sum, { passing }) => sum + passing.length, 0);
  return `# Conformance with cel-spec

Written by \`deno task celspec --record\`; a test holds it to what is so. The cases are those of cel-spec, from the
package \`@bufbuild/cel-spec\`, asked in kro's environment, of our code and of upstream's. Of ${cases.length}
cases **${passing} pass** ([the list](passing.txt) may only grow), ${failing.length} fail as they do upstream, and
${outside.length} are out of scope.

${tableOf(list)}

## Out of scope

${REASONS.map((reason) => `- ${reason}: ${outside.filter(isFor(reason)).length}`).join("\n")}

## As upstream

What the specification leaves unchecked is checked by kro, which refuses it:

${itemsOf(unchecked)}

Otherwise upstream's environment does not do what the specification expects. Names of types are no values there,
and:

${itemsOf(failing.filter((f) => !unchecked.includes(f)))}
`;
}

function isFor(reason: string): (tested: SpecCase) => boolean {
  return ({ outOfScope }) => outOfScope === reason;
}

function tableOf(list: readonly Standing[]): string {
  const rows = list.filter(({ file }) => file.cases.length > 0).map(
    ({ file, passing, failing }) => {
      const { name, cases: { length } } = file;
      return [
        name,
        length,
        passing.length,
        failing.length,
        length - passing.length - failing.length,
      ];
    },
  );
  const head = ["file", "cases", "passing", "as upstream", "out of scope"];
  return aligned([head, ...rows]);
}

/** A table as the formatter writes it. */
function aligned(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  const lines = rows.map((row) =>
    `| ${row.map((cell, i) => String(cell).padEnd(widths[i]!)).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

function itemsOf(failing: readonly Failing[]): string {
  return failing.map(({ case: { name, expr, expected }, here }) =>
    `- ${name}: \`${inCode(expr)}\`, expected \`${inCode(expected)}\`, answered \`${
      answerText(here)
    }\``
  ).join("\n");
}

function answerText({ compileError, evalError, ...rest }: Failing["here"]): string {
  if (compileError) return "refused";
  return evalError === undefined ? canonical(rest.value ?? rest.type) : `error: ${evalError}`;
}
