/** What `kro validate` found, as text, JSON or GitHub's workflow commands. */
import { type Problem, problemText } from "../api/mod.ts";

/** A problem and where its RGD stands. */
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

/** The findings in one of the formats; for valid RGDs there is nothing to print. */
export function printFindings(findings: readonly Finding[], format: FindingFormat): string {
  if (format === "json") {
    const problems = findings.map(asData);
    return JSON.stringify({ valid: problems.length === 0, problems }, null, 2) + "\n";
  }
  return findings.map((f) => (format === "github" ? annotation(f) : line(f)) + "\n").join("");
}

/** Field by field, so that their order is always the same. */
function asData(f: Finding): Finding {
  const { file, line, column, name, code, node, path, expression, offset, message, hint } = f;
  return { file, line, column, name, code, node, path, expression, offset, message, hint };
}

/** As compilers write it, so that editors find the place. */
function line({ file, line, column, name, ...problem }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return `${place}: ${name}: ${problemText(problem)}`;
}

function annotation({ file, line, column, name, ...problem }: Finding): string {
  const properties = { file, line, col: column, title: `${name}: ${problem.code}` };
  const text = Object.entries(properties).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeData(String(value), /[%\r\n:,]/g)}`).join(",");
  return `::error ${text}::${escapeData(problemText(problem), /[%\r\n]/g)}`;
}

function escapeData(text: string, special: RegExp): string {
  return text.replaceAll(
    special,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
