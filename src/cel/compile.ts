/** Checked programs from expressions and from string templates. */
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

/** A program, or everything that is wrong with the expression. */
export type CompileResult =
  | { ok: true; program: Program }
  | { ok: false; problems: CelProblem[] };

/** Checks an expression against what its identifiers mean. */
export function compile(source: string | Parsed, scope: CelScope): CompileResult {
  if (typeof source !== "string") {
    return checked(source.source, treeOf(source), source.references, scope);
  }
  const result = parse(source);
  return result.ok ? compile(result.parsed, scope) : { ok: false, problems: [result.problem] };
}

/**
 * Checks a string template, which adds its parts with `+`: with any text among them every expression
 * must be a string, without text the operands are just added.
 */
export function compileTemplate(parts: readonly TemplatePart[], scope: CelScope): CompileResult {
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
    if (hasText) problems.push(...partProblems(tree, scope).map(shift));
    trees.set(part.source, tree);
  }
  if (problems.length > 0) return { ok: false, problems };
  try {
    const tree = templateTree(parts, (source) => trees.get(source)!);
    const { references } = collect(tree, isPlainFunction);
    // Without what the caller's parts hold besides: syntax trees, for one.
    const texts = parts.map((part) =>
      "literal" in part ? { literal: part.literal } : { source: part.source }
    );
    return checked(texts, tree, references, scope);
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

/** What is wrong with an expression that stands next to text. */
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

function checked(
  text: string | readonly TemplatePart[],
  tree: Expr,
  references: ReadonlyMap<string, number>,
  scope: CelScope,
): CompileResult {
  const checker = new Checker(scope);
  const type = checker.check(tree);
  if (checker.problems.length > 0) return { ok: false, problems: checker.problems };
  const names = [...references.keys()].sort();
  const cost = estimate(tree, checker);
  return { ok: true, program: new CheckedProgram(text, scope, type, names, cost.min, cost.max) };
}
