/** Checked programs from expressions and from string templates. */
import { Checker } from "./check/checker.ts";
import { isDyn, STRING } from "./check/types.ts";
import { evaluator } from "./evaluate/program.ts";
import { parse, parsedFrom, treeOf } from "./parse.ts";
import type { Expr } from "./syntax/ast.ts";
import { SyntaxFault } from "./syntax/error.ts";
import { node } from "./syntax/parser.ts";
import type { CelProblem, CelScope, Parsed, Program } from "./types.ts";

/** A program, or everything that is wrong with the expression. */
export type CompileResult =
  | { ok: true; program: Program }
  | { ok: false; problems: CelProblem[] };

/** A piece of a string template: text as it is, or an expression. */
export type TemplatePart =
  | {
    /** Text between expressions. */
    literal: string;
  }
  | {
    /** An expression's text. */
    source: string;
    /** Where the expression stands in the template; offsets of problems count from there. */
    offset?: number;
  };

/** Checks an expression against what its identifiers mean. */
export function compile(source: string | Parsed, scope: CelScope): CompileResult {
  if (typeof source !== "string") return compileTree(source, treeOf(source), scope);
  const result = parse(source);
  if (!result.ok) return { ok: false, problems: [result.problem] };
  return compileTree(result.parsed, treeOf(result.parsed), scope);
}

/**
 * Checks a string template, which adds its parts with `+`: with any text among them every expression
 * must be a string, without text the operands are just added.
 */
export function compileTemplate(parts: readonly TemplatePart[], scope: CelScope): CompileResult {
  const problems: CelProblem[] = [];
  const operands: Expr[] = [];
  const hasText = parts.some((part) => "literal" in part && part.literal !== "");
  for (const part of parts) {
    if ("literal" in part) {
      if (part.literal !== "") operands.push(node({ kind: "literal", value: part.literal }, 0, 0));
      continue;
    }
    const offset = part.offset ?? 0;
    const shift = (problem: CelProblem) => ({ ...problem, offset: problem.offset + offset });
    const parsed = parse(part.source);
    if (!parsed.ok) {
      problems.push(shift(parsed.problem));
      continue;
    }
    const tree = treeOf(parsed.parsed);
    if (hasText) problems.push(...partProblems(tree, scope).map(shift));
    operands.push(tree);
  }
  if (problems.length > 0) return { ok: false, problems };
  const source = parts.map((part) =>
    "literal" in part ? JSON.stringify(part.literal) : `(${part.source})`
  )
    .join(" + ");
  try {
    const tree = sum(operands);
    return compileTree(parsedFrom(source, tree), tree, scope);
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

/** Added from both ends to the middle, so that long templates stay flat; `+` is associative. */
function sum(operands: readonly Expr[]): Expr {
  const [first] = operands;
  if (first === undefined) return node({ kind: "literal", value: "" }, 0, 0);
  if (operands.length === 1) return first;
  const middle = Math.ceil(operands.length / 2);
  const args = [sum(operands.slice(0, middle)), sum(operands.slice(middle))];
  return node({ kind: "call", name: "_+_", args }, 0, 0);
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

function compileTree(parsed: Parsed, tree: Expr, scope: CelScope): CompileResult {
  const checker = new Checker(scope);
  const type = checker.check(tree);
  if (checker.problems.length > 0) return { ok: false, problems: checker.problems };
  return { ok: true, program: { ...parsed, type, evaluate: evaluator(tree, checker.chosen) } };
}
