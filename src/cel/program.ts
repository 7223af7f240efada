/** Type-checked expressions, which are compiled to closures when they are first evaluated. */
import { Checker } from "./check/checker.ts";
import type { PassBudget } from "./evaluate/budget.ts";
import { evaluator, type Run } from "./evaluate/program.ts";
import type { Expr } from "./syntax/ast.ts";
import { parseExpression } from "./syntax/parser.ts";
import { type Compiled, Pool } from "./pool.ts";
import { type TemplatePart, templateText, templateTree } from "./template.ts";
import type { Evaluation } from "./failure.ts";
import type { BranchTracer, CelScope, CelType, CostEstimate, Program } from "./types.ts";

/**
 * The pool that limits the memory of compiled programs: together, the compiled expressions have at most
 * 3,000,000 characters. The pool has only weak references to programs. A program whose compiled form was
 * dropped is compiled again from its string.
 */
const pool = new Pool(3_000_000);

/**
 * A type-checked expression that is compiled when it is first evaluated. Until then, the program keeps only
 * the expression as a string, which takes less memory than the syntax tree and the closures.
 */
export class CheckedProgram implements Program, Compiled {
  #run: Run | undefined;
  #ran = true;

  /**
   * Creates a program that is not compiled yet.
   *
   * @param text The expression as a string, or the parts of a string template.
   * @param scope The scope in which the expression was type-checked.
   */
  constructor(
    private readonly text: string | readonly TemplatePart[],
    private readonly scope: CelScope,
    readonly type: CelType,
    readonly references: readonly string[],
    private readonly minCost: number,
    private readonly maxCost: number,
  ) {}

  get cost(): CostEstimate {
    return { min: this.minCost, max: this.maxCost };
  }

  get source(): string {
    return typeof this.text === "string" ? this.text : templateText(this.text);
  }

  evaluate(
    variables: Readonly<Record<string, unknown>>,
    budget?: number | PassBudget,
  ): Evaluation {
    this.#ran = true;
    this.#run ??= this.#compile();
    return this.#run(variables, budget);
  }

  traced(tracer: BranchTracer): Program {
    const { text, scope, type, references, minCost, maxCost } = this;
    const copy = new CheckedProgram(text, scope, type, references, minCost, maxCost);
    // The traced copy is not added to the pool, so the pool never drops the compiled form. If the pool
    // dropped it, compiling the copy a second time would report the conditionals to the tracer again.
    copy.#run = copy.#runOf(tracer);
    return copy;
  }

  ranSince(): boolean {
    const ran = this.#ran;
    this.#ran = false;
    return ran;
  }

  forget(): void {
    this.#run = undefined;
  }

  #compile(): Run {
    const run = this.#runOf();
    pool.admit(this, this.source.length);
    return run;
  }

  #runOf(tracer?: BranchTracer): Run {
    const tree = this.#tree();
    const checker = new Checker(this.scope);
    checker.check(tree);
    return evaluator(tree, checker.chosen, tracer);
  }

  #tree(): Expr {
    return typeof this.text === "string" ? parseExpression(this.text) : templateTree(this.text);
  }
}
