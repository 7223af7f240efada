/** One string with expressions, from its text to a checked program; all faults are reported. */
import type { Problem, ProblemCode } from "../api/mod.ts";
import {
  type CelProblem,
  type CelScope,
  type CelType,
  compile,
  compileTemplate,
  fits,
  parse,
  type Parsed,
  type Program,
} from "../cel/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import type { Report } from "./report.ts";
import { type Part, scan } from "./scan.ts";
import type { Expression } from "./types.ts";

/** Where an expression stands, and under which codes its faults are reported. */
export interface Place {
  /** Path below the node or `spec`. */
  readonly path: string;
  /** Faults of the `${…}` form. */
  readonly form: ProblemCode;
  /** Expressions that do not parse, unknown names. */
  readonly reference: ProblemCode;
  /** Everything that needs types. */
  readonly type: ProblemCode;
}

/** Codes of expressions in templates, external references, forEach and includeWhen. */
export const NODE_CODES = { form: "EXPR-SYNTAX", reference: "REF", type: "TYPE" } as const;
/** Codes of expressions in readyWhen. */
export const READY_CODES = { form: "EXPR-SYNTAX", reference: "TYPE", type: "TYPE" } as const;
/** Codes of expressions in the status. */
export const STATUS_CODES = { form: "STATUS", reference: "STATUS", type: "STATUS" } as const;
/** Codes of author conditions. */
export const CONDITION_CODES = { form: "COND", reference: "COND", type: "COND" } as const;

/** A parsed expression that waits for the types of what it refers to. */
export interface Draft {
  readonly place: Place;
  /** As its author wrote it. */
  readonly source: string;
  readonly standalone: boolean;
  /** Literal text, and expressions with where they start in {@link source}. */
  readonly parts: readonly (Part & { parsed?: Parsed })[];
  /** Free identifiers with their offset in {@link source}. */
  readonly references: ReadonlyMap<string, number>;
  /** Plain functions with their offset in {@link source}. */
  readonly functions: ReadonlyMap<string, number>;
  /** Names in it that were reported: it makes no expression, but may have other faults. */
  readonly faulty?: readonly string[];
}

/** Undefined for plain text and after a fault; with `standalone` only a single `${…}` is accepted. */
export function readExpression(
  source: string,
  place: Place,
  standalone: boolean,
  report: Report,
): Draft | undefined {
  const found = scan(source);
  const fault = (code: ProblemCode, message: string, more?: Partial<Problem>) =>
    report({ code, path: place.path, expression: source, message, ...more });
  if (!found.ok) {
    fault(place.form, found.message, { offset: found.at });
    return undefined;
  }
  if (standalone && found.form !== "standalone") {
    const hint = source.trim() !== source
      ? "remove the blanks or line ends around it"
      : found.form === "plain"
      ? `write \${${source}}`
      : undefined;
    fault(place.form, "must be one standalone expression: ${…}", { hint });
    return undefined;
  }
  if (found.form === "plain") return undefined;
  const references = new Map<string, number>();
  const functions = new Map<string, number>();
  let parses = true;
  const parts = found.parts.map((part) => {
    if ("literal" in part) return part;
    const result = parse(part.source);
    if (!result.ok) {
      parses = false;
      const { message, offset, hint } = result.problem;
      fault(place.reference, message, { offset: part.offset + offset, hint });
      return part;
    }
    merge(references, result.parsed.references, part.offset);
    merge(functions, result.parsed.functions, part.offset);
    return { ...part, parsed: result.parsed };
  });
  if (!parses) return undefined;
  return { place, source, standalone: found.form === "standalone", parts, references, functions };
}

function merge(into: Map<string, number>, from: ReadonlyMap<string, number>, offset: number) {
  for (const [name, at] of from) if (!into.has(name)) into.set(name, at + offset);
}

/** What an expression's result has to be. */
export type Expectation =
  | { fits: Schema | undefined }
  | { accepts: (type: CelType) => string | undefined };

/** Type-checks a draft; `ids` are the nodes of the graph. */
export function checkExpression(
  draft: Draft,
  scope: CelScope,
  expectation: Expectation,
  ids: ReadonlySet<string>,
  report: Report,
): Expression | undefined {
  const { faulty } = draft;
  const program = compileDraft(draft, faulty ? { ...scope, faulty } : scope, report);
  if (!program || faulty) return undefined;
  // What has no type was reported where that came from.
  const fault = program.type.kind === "error"
    ? undefined
    : "fits" in expectation
    ? misfit(program.type, expectation.fits)
    : expectation.accepts(program.type);
  if (fault !== undefined) {
    const { place, source } = draft;
    const said = typeof fault === "string" ? { message: fault } : fault;
    report({ code: place.type, path: place.path, expression: source, ...said });
    return undefined;
  }
  return { source: draft.source, program, nodes: nodesAmong(program.references, ids) };
}

const NONE: readonly string[] = [];

/** Kept by every expression of every graph: shared where it can be, and no longer than it must be. */
function nodesAmong(names: readonly string[], ids: ReadonlySet<string>): readonly string[] {
  if (names.every((name) => ids.has(name))) return names;
  const nodes = names.filter((name) => ids.has(name));
  return nodes.length === 0 ? NONE : nodes.slice();
}

function misfit(
  type: CelType,
  target: Schema | undefined,
): { message: string; hint?: string } | undefined {
  const fit = fits(type, target);
  if (fit.ok) return undefined;
  const isWhole = !fit.reason || fit.reason === `expected ${fit.expected}, found ${fit.found}`;
  const reason = isWhole ? "" : `: ${fit.reason}`;
  return {
    message: `yields ${fit.found}, but the field takes ${fit.expected}${reason}`,
    hint: conversion(fit.found, fit.expected),
  };
}

const SCALARS = ["bool", "double", "int", "string", "uint"];

/** The function that turns one scalar into another, where there is one for all values. */
function conversion(found: string, expected: string): string | undefined {
  const converts = SCALARS.includes(found) && ["double", "int", "string"].includes(expected);
  return converts && found !== "bool" || expected === "string" && found === "bool"
    ? `convert with ${expected}(..)`
    : undefined;
}

function compileDraft(draft: Draft, scope: CelScope, report: Report): Program | undefined {
  const fault = (problem: CelProblem, offset?: number) => {
    const { place, source } = draft;
    const code = problem.code === "type" ? place.type : place.reference;
    const { message, hint } = problem;
    report({ code, path: place.path, expression: source, offset, message, hint });
  };
  // Faults of a template with text come with offsets in the whole string; else each part is asked.
  const hasText = draft.parts.some((part) => "literal" in part);
  let sound = true;
  let single: Program | undefined;
  for (const part of hasText ? [] : draft.parts) {
    if (!("source" in part)) continue;
    const result = compile(part.parsed ?? part.source, scope);
    if (result.ok) single = result.program;
    else for (const problem of result.problems) fault(problem, part.offset + problem.offset);
    sound &&= result.ok;
  }
  if (!sound || draft.standalone) return sound ? single : undefined;
  const template = compileTemplate(draft.parts, scope);
  if (template.ok) return template.program;
  for (const problem of template.problems) fault(problem, hasText ? problem.offset : undefined);
  return undefined;
}
