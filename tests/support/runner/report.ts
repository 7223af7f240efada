/** Reads the JUnit report that Deno's test runner writes. */
import { takes } from "./selection.ts";

/** The numbers and names of the tests in a test report. */
export interface Report {
  /** The number of passed tests. The steps of a test do not count separately. */
  passed: number;
  /** The names of the failed tests. */
  failed: string[];
  /** The names of the ignored tests and steps. */
  ignored: string[];
}

interface Case {
  name: string;
  failed: boolean;
  skipped: boolean;
}

/**
 * Parses a JUnit report. `filter` is Deno's test filter. Deno's report also lists the tests that the filter
 * excludes, as skipped tests. The returned report omits these tests.
 */
export function parseReport(xml: string, filter?: string): Report {
  const report: Report = { passed: 0, failed: [], ignored: [] };
  for (const [, , body = ""] of xml.matchAll(element("testsuite"))) {
    const cases: Case[] = [...body.matchAll(element("testcase"))].map(
      ([, attributes = "", inner = ""]) => ({
        name: attribute(attributes, "name"),
        failed: /<(failure|error)\b/.test(inner),
        skipped: /<skipped\b/.test(inner),
      }),
    );
    const names = new Set(cases.map(({ name }) => name));
    for (const { name, failed, skipped } of cases) {
      const step = isStep(name, names);
      if (skipped) {
        if (step || takes(filter, name)) report.ignored.push(name);
      } else if (!step) {
        if (failed) report.failed.push(name);
        else report.passed++;
      }
    }
  }
  return report;
}

/**
 * Returns the reason in an ignored test's name, which ends with `(ignored: reason)`; undefined if
 * the name lacks a reason.
 */
export function reasonOf(name: string): string | undefined {
  return /\(ignored: ([^)].*)\)/.exec(name)?.[1];
}

// Whether `name` is the name of a step. Deno's report lists each step as a test of its own, named
// `test > step`.
function isStep(name: string, names: Set<string>): boolean {
  for (let end = name.indexOf(" > "); end !== -1; end = name.indexOf(" > ", end + 1)) {
    if (names.has(name.slice(0, end))) return true;
  }
  return false;
}

const element = (name: string) =>
  new RegExp(`<${name}\\b([^>]*?)(?:/>|>([\\s\\S]*?)</${name}>)`, "g");

function attribute(text: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "";
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return value.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => entities[entity]!);
}
