/** Compiles expressions and string templates to programs, which are type-checked and can be evaluated. */
import { resultOf } from "../api/mod.ts";
import { Checker } from "./check/checker.ts";
import { isDyn, STRING } from "./check/types.ts";
import { estimate } from "./estimate/estimate.ts";
import { isPlainFunction } from "./library/registry.ts";
import { parse, treeOf } from "./parse.ts";
import { CheckedProgram } from "./program.ts";
import type { Expr } from "./syntax/ast.ts";
import { SyntaxFault } from "./syntax/error.ts";
import { collect } from "./syntax/references.ts";
import { type TemplatePart, templateTree } from "./template.ts";
import type { CelProblem, CelScope, Parsed, Program } from "./types.ts";

/** A compiled program, or all problems of the expression. */
export type CompileResult =
  | { ok: true; program: Program }
  | { ok: false; problems: CelProblem[] };

/**
 * Parses and type-checks an expression.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile, INT } from "./mod.ts";
 *
 * const compiled = compile("replica + 1", { variables: { replicas: INT } });
 * assert.ok(!compiled.ok);
 * assert.equal(compiled.problems[0]?.hint, 'did you mean "replicas"?');
 * ```
 *
 * @param source The expression as a string, or a result of {@link parse}.
 * @throws {TypeError} `source` is an object, but {@link parse} did not return it.
 */
export function compile(source: string | Parsed, scope: CelScope): CompileResult {
  return resultOf(compileSteps(source, scope));
}

/**
 * Compiles an expression as {@link compile} does. The generator yields after parsing, and between checking
 * the types and estimating the cost, because each may take 50 ms or more for an expression of 100,000
 * characters.
 */
export function* compileSteps(
  source: string | Parsed,
  scope: CelScope,
): Generator<undefined, CompileResult> {
  if (typeof source !== "string") {
    return yield* checked(source.source, treeOf(source), source.references, scope);
  }
  const result = parse(source);
  if (!result.ok) return { ok: false, problems: [result.problem] };
  yield;
  return yield* compileSteps(result.parsed, scope);
}

/**
 * Compiles a string template such as `${a}-${b}` to one program, which joins the parts of the template with
 * `+`. If the template contains literal text, every expression must return a string. Otherwise the
 * expressions may have any type that `+` accepts. Each part has an `offset` in the template, so the offset of
 * a problem counts from the start of the template.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compileTemplate, STRING } from "./mod.ts";
 *
 * const parts = [{ source: "name", offset: 2 }, { literal: "-db" }];
 * const compiled = compileTemplate(parts, { variables: { name: STRING } });
 * assert.ok(compiled.ok);
 * assert.deepEqual(compiled.program.evaluate({ name: "shop" }), { ok: true, value: "shop-db" });
 * ```
 */
export function compileTemplate(parts: readonly TemplatePart[], scope: CelScope): CompileResult {
  return resultOf(compileTemplateSteps(parts, scope));
}

/** Compiles a string template as {@link compileTemplate} does. The generator yields after each expression. */
export function* compileTemplateSteps(
  parts: readonly TemplatePart[],
  scope: CelScope,
): Generator<undefined, CompileResult> {
  const problems: CelProblem[] = [];
  const trees = new Map<string, Expr>();
  const hasText = parts.some((part) => "literal" in part && part.literal !== "");
  for (const part of parts) {
    if ("literal" in part) continue;
    const offset = part.offset ?? 0;
    const shift = (problem: CelProblem) => ({ ...problem, offset: problem.offset + offset });
    const parsed = part.parsed ? { ok: true as const, parsed: part.parsed } : parse(part.source);
    if (!parsed.ok) {
      problems.push(shift(parsed.problem));
      continue;
    }
    const tree = treeOf(parsed.parsed);
    if (hasText) { for (const problem of partProblems(tree, scope)) problems.push(shift(problem)); }
    trees.set(part.source, tree);
    yield;
  }
  if (problems.length > 0) return { ok: false, problems };
  try {
    const tree = templateTree(parts, (source) => trees.get(source)!);
    const { references } = collect(tree, isPlainFunction);
    // The parts are copied without their syntax trees, so that the program does not keep the trees in
    // memory.
    const texts = parts.map((part) =>
      "literal" in part ? { literal: part.literal } : { source: part.source }
    );
    return yield* checked(texts, tree, references, scope);
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

/**
 * Returns the problems of an expression in a template that also contains literal text. The expression must
 * return a string, because it is joined with the literal text.
 */
function partProblems(tree: Expr, scope: CelScope): CelProblem[] {
  const checker = new Checker(scope);
  const type = checker.check(tree);
  if (checker.problems.length > 0 || isDyn(type) || type.kind === "string") {
    return checker.problems;
  }
  const found = checker.text(type);
  const hint = type.kind === "optional"
    ? 'use .orValue("..") to give an absent value a default'
    : "convert with string(..)";
  const message = `expected ${STRING.kind} in a string template, found ${found}`;
  return [{ code: "type", message, offset: tree.start, hint }];
}

function* checked(
  text: string | readonly TemplatePart[],
  tree: Expr,
  references: ReadonlyMap<string, number>,
  scope: CelScope,
): Generator<undefined, CompileResult> {
  const checker = new Checker(scope);
  const type = checker.check(tree);
  if (checker.problems.length > 0) return { ok: false, problems: checker.problems };
  yield;
  const names = [...references.keys()].sort();
  const cost = estimate(tree, checker);
  return { ok: true, program: new CheckedProgram(text, scope, type, names, cost.min, cost.max) };
}
