/** Parses and type-checks one string of an RGD that contains expressions, and reports all of its problems. */
import type { Problem, ProblemCode } from "../api/mod.ts";
import {
  type CelProblem,
  type CelScope,
  type CelType,
  compileSteps,
  compileTemplateSteps,
  parse,
  type Parsed,
  type Program,
} from "../cel/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { misfit, writesBytes } from "./fit.ts";
import type { Report } from "./report.ts";
import { type Part, scan } from "./scan.ts";
import type { Expression } from "./types.ts";

/**
 * The place of an expression in the RGD, and the codes under which problems of the expression are reported.
 */
export interface Place {
  /** The path of the string, relative to the node or to `spec`. */
  readonly path: string;
  /** The problem code for a malformed `${…}`. */
  readonly form: ProblemCode;
  /** The problem code for syntax errors and unknown names. */
  readonly reference: ProblemCode;
  /** The problem code for type errors. */
  readonly type: ProblemCode;
}

/** The problem codes for expressions in templates, external references, forEach and includeWhen. */
export const NODE_CODES = { form: "EXPR-SYNTAX", reference: "REF", type: "TYPE" } as const;
/** The problem codes for expressions in readyWhen. */
export const READY_CODES = { form: "EXPR-SYNTAX", reference: "TYPE", type: "TYPE" } as const;
/** The problem codes for expressions in the status. */
export const STATUS_CODES = { form: "STATUS", reference: "STATUS", type: "STATUS" } as const;
/** The problem codes for the status conditions that the author of an RGD declares. */
export const CONDITION_CODES = { form: "COND", reference: "COND", type: "COND" } as const;

/** A string with expressions that is parsed but not type-checked yet. */
export interface Draft {
  /** The place of the string, and the codes for its problems. */
  readonly place: Place;
  /** The string as its author wrote it. */
  readonly source: string;
  /**
   * Whether the string is a single `${…}`. The result of the expression then keeps its type instead of being
   * converted to a string.
   */
  readonly standalone: boolean;
  /** The parts of the string: literal text and expressions, with their offsets in {@link source}. */
  readonly parts: readonly (Part & { parsed?: Parsed })[];
  /**
   * The variables of the expressions, with the offset of their first use in {@link source}. Variables that
   * macros declare are left out.
   */
  readonly references: ReadonlyMap<string, number>;
  /** The functions that the expressions call, with the offset of their first use in {@link source}. */
  readonly functions: ReadonlyMap<string, number>;
  /**
   * The names that were already reported as unknown or as not allowed here. A string with such names is still
   * type-checked to find other problems, but does not become an expression of the graph.
   */
  readonly faulty?: readonly string[];
}

/**
 * The maximum number of UTF-16 units of all expressions of one string together. It is the maximum length of a
 * single expression, because the expressions of a string become one program.
 */
const LONGEST = 100_000;

/**
 * Parses a string with expressions and reports its problems. The generator yields after each expression.
 *
 * @param standalone Whether the string must be a single `${…}`.
 * @returns The parsed string; undefined when the string has no expressions or has a problem.
 */
export function* readExpression(
  source: string,
  place: Place,
  standalone: boolean,
  report: Report,
): Generator<undefined, Draft | undefined> {
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
      ? unclosedHint(source) ?? `write \${${source}}`
      : undefined;
    fault(place.form, "must be one standalone expression: ${…}", { hint });
    return undefined;
  }
  if (found.form === "plain") return undefined;
  const references = new Map<string, number>();
  const functions = new Map<string, number>();
  let parses = true;
  const parts: (Part & { parsed?: Parsed })[] = [];
  const length = found.parts.reduce(
    (n, part) => n + ("source" in part ? part.source.length : 0),
    0,
  );
  if (found.parts.length > 1 && length > LONGEST) {
    fault(place.form, `the expressions of the string are longer than ${LONGEST} characters`);
    return undefined;
  }
  for (const part of found.parts) {
    if ("literal" in part) {
      parts.push(part);
      continue;
    }
    const result = parse(part.source);
    yield;
    if (!result.ok) {
      parses = false;
      const { message, offset, hint } = result.problem;
      fault(place.reference, message, { offset: part.offset + offset, hint });
      continue;
    }
    merge(references, result.parsed.references, part.offset);
    merge(functions, result.parsed.functions, part.offset);
    parts.push({ ...part, parsed: result.parsed });
  }
  if (!parses) return undefined;
  return { place, source, standalone: found.form === "standalone", parts, references, functions };
}

/**
 * Reports a problem if a key of an object contains `${`, because kro evaluates no expressions in keys.
 * Returns whether the problem was reported.
 *
 * @param path The path of the key's value, for the message.
 */
export function isExpressionKey(
  key: string,
  path: string,
  code: ProblemCode,
  report: Report,
): boolean {
  const offset = key.indexOf("${");
  if (offset < 0) return false;
  const hint = 'make the whole map one expression, such as ${{"a-" + schema.metadata.name: "b"}}';
  report({ code, path, expression: key, offset, message: "keys are not evaluated", hint });
  return true;
}

/**
 * Returns a hint if a string has an unclosed `${`. Without the closing brace, the string is literal text.
 */
export function unclosedHint(text: string): string | undefined {
  return text.includes("${") ? "close the expression with }" : undefined;
}

function merge(into: Map<string, number>, from: ReadonlyMap<string, number>, offset: number) {
  for (const [name, at] of from) if (!into.has(name)) into.set(name, at + offset);
}

/**
 * The requirement for the result of an expression. With `fits`, the result must fit a field with this schema.
 * With `accepts`, the function checks the type of the result and returns a message when it rejects the type.
 * With `writes`, any result is accepted, because the schema of the field is derived from the type of the
 * result.
 */
export type Expectation =
  | { fits: Schema | undefined }
  | { writes: "any" }
  | { accepts: (type: CelType) => string | undefined };

/**
 * Type-checks a parsed string and reports its problems. The generator yields after each expression.
 *
 * @param ids The ids of the graph's nodes.
 * @returns The expression; undefined when the string has a problem.
 */
export function* checkExpression(
  draft: Draft,
  scope: CelScope,
  expectation: Expectation,
  ids: ReadonlySet<string>,
  report: Report,
): Generator<undefined, Expression | undefined> {
  const { faulty } = draft;
  const program = yield* compileDraft(draft, faulty ? { ...scope, faulty } : scope, report);
  if (!program || faulty) return undefined;
  // The error type means that a problem was already reported, so no second problem is reported for the
  // type.
  const fault = program.type.kind === "error"
    ? undefined
    : "fits" in expectation
    ? misfit(program.type, expectation.fits, draft.functions)
    : "writes" in expectation
    ? undefined
    : expectation.accepts(program.type);
  if (fault !== undefined) {
    const { place, source } = draft;
    const said = typeof fault === "string" ? { message: fault } : fault;
    report({ code: place.type, path: place.path, expression: source, ...said });
    return undefined;
  }
  const bytes = "accepts" in expectation
    ? false
    : writesBytes(program.type, "fits" in expectation ? expectation.fits : undefined);
  const nodes = nodesAmong(program.references, ids);
  return { source: draft.source, program, nodes, ...(bytes && { bytes }) };
}

const NONE: readonly string[] = [];

/**
 * Returns the names that are ids of nodes. Every expression of every graph stores the returned list. To save
 * memory, `names` itself is returned if all names are ids, and one shared list if no name is an id.
 */
function nodesAmong(names: readonly string[], ids: ReadonlySet<string>): readonly string[] {
  if (names.every((name) => ids.has(name))) return names;
  const nodes = names.filter((name) => ids.has(name));
  return nodes.length === 0 ? NONE : nodes.slice();
}

function* compileDraft(
  draft: Draft,
  scope: CelScope,
  report: Report,
): Generator<undefined, Program | undefined> {
  const fault = (problem: CelProblem, offset?: number) => {
    const { place, source } = draft;
    const code = problem.code === "type" ? place.type : place.reference;
    const { message, hint } = problem;
    report({ code, path: place.path, expression: source, offset, message, hint });
  };
  // For a string without literal text, `compileTemplate` reports offsets within one expression instead of the
  // whole string. Each expression of such a string is therefore compiled alone first, and its offset in the
  // string is added to the offset of each problem.
  const hasText = draft.parts.some((part) => "literal" in part);
  let sound = true;
  let single: Program | undefined;
  for (const part of hasText ? [] : draft.parts) {
    if (!("source" in part)) continue;
    const result = yield* compileSteps(part.parsed ?? part.source, scope);
    if (result.ok) single = result.program;
    else for (const problem of result.problems) fault(problem, part.offset + problem.offset);
    sound &&= result.ok;
    yield;
  }
  if (!sound || draft.standalone) return sound ? single : undefined;
  const template = yield* compileTemplateSteps(draft.parts, scope);
  yield;
  if (template.ok) return template.program;
  for (const problem of template.problems) fault(problem, hasText ? problem.offset : undefined);
  return undefined;
}
