/** Generates the page with kro's results for all tests of the CEL specification. */
import { inCode } from "../deviations.ts";
import { canonical } from "../protocol.ts";
import type { SpecCase } from "./cases.ts";
import { REASONS } from "./scope.ts";
import type { Failing, Standing } from "./standing.ts";

/** The path of the results page. */
export const PAGE = `${import.meta.dirname}/README.md`;

/** Returns the content of the results page. */
export function pageOf(list: readonly Standing[]): string {
  const cases = list.flatMap(({ file }) => file.cases);
  const failing = list.flatMap((standing) => standing.failing);
  const unchecked = failing.filter((f) => f.case.unchecked && f.here.compileError === true);
  const outside = cases.filter(({ outOfScope }) => outOfScope !== undefined);
  const passing = list.reduce((sum, { passing }) => sum + passing.length, 0);
  return `# Conformance with cel-spec

\`deno task celspec --record\` generates this page, and a test checks that it is up to date. The page reports
the results of cel-spec's test cases (package \`@bufbuild/cel-spec\`) in kro and in upstream.
Of ${cases.length} cases, **${passing} pass**, ${failing.length} fail in kro and in upstream, and ${outside.length} are out of scope.
A test fails if a case of [the list of passing cases](passing.txt) no longer passes.

${tableOf(list)}

## Cases out of scope

${REASONS.map((reason) => `- ${reason}: ${outside.filter(isFor(reason)).length}`).join("\n")}

## Cases that fail in kro and in upstream

The specification evaluates the following expressions without a type check. kro and upstream check the types of every
expression and refuse these expressions:

${itemsOf(unchecked)}

For the following expressions, the CEL environments of kro and upstream differ from the specification. For example,
names of types are not values in these environments:

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
  const head = ["file", "cases", "passing", "fail in both", "out of scope"];
  return aligned([head, ...rows]);
}

/** Formats a Markdown table as `deno fmt` does. */
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
