/** What `kro validate` found, as text, JSON or GitHub's workflow commands. */
import { type Problem, problemText } from "../api/mod.ts";
import type { GraphCost } from "../graph/mod.ts";

/** A problem, or a warning of code `COST`, and where its RGD stands. */
export interface Finding extends Problem {
  /** File of the RGD. */
  file: string;
  /** From 1, when the place was found. */
  line?: number;
  /** From 1. */
  column?: number;
  /** Name of the RGD. */
  name: string;
}

/** Formats of `kro validate -o`. */
export const FINDING_FORMATS = ["text", "json", "github"] as const;

/** One of them. */
export type FindingFormat = typeof FINDING_FORMATS[number];

/** What the expressions of a valid RGD can cost. */
export interface CostOfGraph extends GraphCost {
  /** File of the RGD. */
  file: string;
  /** Name of the RGD. */
  name: string;
}

/** The findings in one of the formats; for valid RGDs text has nothing to print, JSON what they cost. */
export function printFindings(
  findings: readonly Finding[],
  costs: readonly CostOfGraph[],
  format: FindingFormat,
): string {
  if (format === "json") {
    const problems = findings.filter((f) => !isWarning(f)).map(asData);
    const warnings = findings.filter(isWarning).map(asData);
    const valid = problems.length === 0;
    return JSON.stringify({ valid, problems, warnings, costs }, null, 2) + "\n";
  }
  return findings.map((f) => (format === "github" ? annotation(f) : line(f)) + "\n").join("");
}

function isWarning({ code }: Finding): boolean {
  return code === "COST";
}

/** Field by field, so that their order is always the same. */
function asData(f: Finding): Finding {
  const { file, line, column, name, code, node, path, expression, offset, message, hint } = f;
  return { file, line, column, name, code, node, path, expression, offset, message, hint };
}

/** As compilers write it, so that editors find the place. */
function line({ file, line, column, name, ...problem }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const warning = problem.code === "COST" ? "warning: " : "";
  return `${place}: ${name}: ${warning}${problemText(problem)}`;
}

function annotation({ file, line, column, name, ...problem }: Finding): string {
  const properties = { file, line, col: column, title: `${name}: ${problem.code}` };
  const text = Object.entries(properties).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeData(String(value), /[%\r\n:,]/g)}`).join(",");
  return `::${problem.code === "COST" ? "warning" : "error"} ${text}::${
    escapeData(problemText(problem), /[%\r\n]/g)
  }`;
}

function escapeData(text: string, special: RegExp): string {
  return text.replaceAll(
    special,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
