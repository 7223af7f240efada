/** Formats the results of tests as text, as JUnit XML or as JSON. */
import { coverageText, type GraphCoverage } from "./coverage.ts";
import type { TestResult } from "./run.ts";

/** The output formats of `kro test -o`. */
export const TEST_FORMATS = ["text", "junit", "json"] as const;

/** The name of an output format of `kro test -o`. */
export type TestFormat = typeof TEST_FORMATS[number];

/**
 * Formats the results of all tests.
 *
 * @param coverage The coverage of the RGDs, which the format `junit` omits; absent if it was not measured.
 */
export function formatResults(
  results: readonly TestResult[],
  format: TestFormat,
  coverage?: readonly GraphCoverage[],
): string {
  if (format === "json") return jsonOf(results, coverage);
  if (format === "junit") return junitOf(results);
  return textOf(results) + coverageText(coverage ?? []);
}

function textOf(results: readonly TestResult[]): string {
  const lines: string[] = [];
  for (const [file, tests] of byFile(results)) {
    const failed = tests.filter(({ failures }) => failures.length > 0);
    lines.push(`${failed.length > 0 ? "FAIL" : "ok  "} ${file}: ${count(tests.length, "test")}`);
    for (const { name, failures } of failed) {
      lines.push(`  ${name}`);
      lines.push(
        ...failures.map(({ place, step, message }) =>
          `    ${place}: ${step === undefined ? "" : `${step}: `}${message}`
        ),
      );
    }
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  lines.push(`${results.length - failed} passed, ${failed} failed`);
  return lines.join("\n") + "\n";
}

function jsonOf(results: readonly TestResult[], coverage?: readonly GraphCoverage[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const tests = results.map(({ file, place, name, failures, durationMs }) => ({
    file,
    place,
    name,
    passed: failures.length === 0,
    durationMs: Math.round(durationMs),
    failures,
  }));
  return JSON.stringify({ passed: results.length - failed, failed, tests, coverage }, null, 2) +
    "\n";
}

/** The JUnit XML that CI systems read: https://github.com/testmoapp/junitxml. */
function junitOf(results: readonly TestResult[]): string {
  const suites = [...byFile(results)].map(([file, tests]) => {
    const failed = tests.filter(({ failures }) => failures.length > 0).length;
    const cases = tests.map((test) => testCase(test)).join("");
    return `  <testsuite name="${escaped(file)}" tests="${tests.length}" failures="${failed}" ` +
      `time="${seconds(tests)}">\n${cases}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites time="${seconds(results)}">\n` +
    `${suites.join("")}</testsuites>\n`;
}

function testCase(test: TestResult): string {
  const { file, name, failures } = test;
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" ` +
    `time="${seconds([test])}"`;
  if (failures.length === 0) return `${head}/>\n`;
  const messages = failures.map(({ place, step, message }) =>
    `${place}: ${step === undefined ? "" : `${step}: `}${message}`
  );
  return `${head}>\n      <failure message="${escaped(messages[0]!)}">` +
    `${escaped(messages.join("\n"))}</failure>\n    </testcase>\n`;
}

function seconds(tests: readonly TestResult[]): string {
  return (tests.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);
}

/** Escapes a string for XML. Control characters, which XML 1.0 does not permit, are replaced. */
function escaped(text: string): string {
  // deno-lint-ignore no-control-regex -- the characters that XML 1.0 excludes
  return text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"\n]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function byFile(results: readonly TestResult[]): Map<string, TestResult[]> {
  return Map.groupBy(results, ({ file }) => file);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
