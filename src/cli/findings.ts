/**
 * Formats the problems of RGDs (ResourceGraphDefinitions), with their line and column in a file, as text, as
 * JSON or as GitHub workflow commands.
 */
import {
  pathText,
  type Problem,
  problemText,
  type ResourceGraphDefinition,
  WARNINGS,
} from "../api/mod.ts";
import type { GraphCost } from "../graph/mod.ts";
import type { Manifest } from "./manifests.ts";
import type { Position } from "./positions.ts";
import { type AmbiguousScalar } from "./yaml_versions.ts";

/** A problem or a warning ({@link WARNINGS}) of an RGD, with its line and column in the file. */
export interface Finding extends Problem {
  /** The path of the file that contains the RGD. */
  file: string;
  /** The line of the problem, counted from 1; absent when the line is not known. */
  line?: number;
  /** The column of the problem, counted from 1, in UTF-16 code units; absent when the column is not known. */
  column?: number;
  /** The name of the RGD. */
  name: string;
}

/** The output formats of `kro validate -o`. */
export const FINDING_FORMATS = ["text", "json", "github"] as const;

/** The name of an output format of `kro validate -o`. */
export type FindingFormat = typeof FINDING_FORMATS[number];

/** The worst-case cost of the CEL expressions of a valid RGD. */
export interface CostOfGraph extends GraphCost {
  /** The path of the file that contains the RGD. */
  file: string;
  /** The name of the RGD. */
  name: string;
}

/** Returns the problems of one RGD with their lines and columns, sorted by line and column. */
export function findingsOf(manifest: Manifest, problems: readonly Problem[]): Finding[] {
  if (problems.length === 0) return [];
  const { file, object } = manifest;
  const findings: Finding[] = problems.map((problem) => (
    { file, ...positionOf(manifest, problem), name: object.metadata.name!, ...problem }
  ));
  return findings.sort(byPosition);
}

/**
 * Returns a warning for each scalar of the RGD's document that YAML 1.1 and 1.2 read differently.
 *
 * @param scalars The ambiguous scalars of the whole file.
 */
export function yamlFindings(
  { file, positions, document, object }: Manifest,
  scalars: readonly AmbiguousScalar[],
): Finding[] {
  const found = scalars.filter((scalar) => scalar.document === document);
  return found.map(({ at, text: scalar, reading }) => ({
    file,
    ...positions.at(at),
    name: object.metadata.name!,
    code: "YAML",
    message: `the scalar ${scalar} is ${reading}`,
    hint: "quote it, or write the value that is meant",
  }));
}

/** Orders the findings of one file by line and column. */
export function byPosition(a: Finding, b: Finding): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/**
 * Finds the position of a problem in the file. The path of a problem is relative to the node of the problem,
 * or to `spec` if the problem has no node.
 */
function positionOf(
  { object, positions, document, steps }: Manifest,
  { path = "", node, offset, expression }: Problem,
): Position | undefined {
  const { resources } = ((object as ResourceGraphDefinition).spec ?? {}) as { resources?: unknown };
  const index = node !== undefined && !path.startsWith("resources[") && Array.isArray(resources)
    ? resources.findIndex((entry) => entry?.id === node)
    : -1;
  // An expression may be the key of a map. The path of its problem then ends with the key, and `offset` does
  // not apply to the value behind the key.
  const isInKey = expression !== undefined && path.endsWith(pathText([expression]));
  const root = [...steps, "spec", ...(index < 0 ? [] : ["resources", index])];
  return positions.locate(
    document,
    root,
    path,
    isInKey ? undefined : offset ?? (expression === undefined ? undefined : 0),
  );
}

/** Formats all problems and warnings. Only the JSON format contains the costs of valid RGDs. */
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
  return findings.map((f) => (format === "github" ? annotation(f) : findingText(f)) + "\n").join(
    "",
  );
}

function isWarning({ code }: Finding): boolean {
  return WARNINGS.has(code);
}

/** Returns the fields of a problem in a fixed order, so that the JSON output always has the same order. */
function asData(f: Finding): Finding {
  const { file, line, column, name, code, node, path, expression, offset, message, hint } = f;
  return { file, line, column, name, code, node, path, expression, offset, message, hint };
}

/**
 * Formats a problem as `file:line:column: name: problem`. Editors can parse this form, because compilers use
 * it for their errors.
 */
export function findingText({ file, line, column, name, ...problem }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const warning = WARNINGS.has(problem.code) ? "warning: " : "";
  return `${place}: ${name}: ${warning}${problemText(problem)}`;
}

function annotation({ file, line, column, name, ...problem }: Finding): string {
  const properties = { file, line, col: column, title: `${name}: ${problem.code}` };
  const text = Object.entries(properties).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeData(String(value), /[%\r\n:,]/g)}`).join(",");
  return `::${WARNINGS.has(problem.code) ? "warning" : "error"} ${text}::${
    escapeData(problemText(problem), /[%\r\n]/g)
  }`;
}

function escapeData(text: string, special: RegExp): string {
  return text.replaceAll(
    special,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
