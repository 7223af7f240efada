/** Checked expressions, compiled to closures on demand. */
import { Checker } from "./check/checker.ts";
import type { PassBudget } from "./evaluate/budget.ts";
import { evaluator, type Run } from "./evaluate/program.ts";
import type { Expr } from "./syntax/ast.ts";
import { parseExpression } from "./syntax/parser.ts";
import { type Compiled, Pool } from "./pool.ts";
import { type TemplatePart, templateText, templateTree } from "./template.ts";
import type { Evaluation } from "./failure.ts";
import type { CelScope, CelType, CostEstimate, Program } from "./types.ts";

/**
 * Bounds the memory of compiled programs to about 90 MB: at most 3,000,000 characters of expressions
 * are compiled at a time, and each takes about 30 bytes. A memo of immutable input: a program is compiled
 * from its text, and the pool refers to it weakly.
 */
const pool = new Pool(3_000_000);

/**
 * A checked expression that is compiled when it is first evaluated. Until then it keeps only its text:
 * trees and closures take many times as much memory, and most graphs have few instances.
 */
export class CheckedProgram implements Program, Compiled {
  #run: Run | undefined;
  #ran = true;

  /**
   * Creates a program that is not compiled yet.
   *
   * @param text The expression, or the parts of a string template.
   * @param scope The scope in which it was checked.
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

  ranSince(): boolean {
    const ran = this.#ran;
    this.#ran = false;
    return ran;
  }

  forget(): void {
    this.#run = undefined;
  }

  #compile(): Run {
    const tree = this.#tree();
    const checker = new Checker(this.scope);
    checker.check(tree);
    pool.admit(this, this.source.length);
    return evaluator(tree, checker.chosen);
  }

  #tree(): Expr {
    return typeof this.text === "string" ? parseExpression(this.text) : templateTree(this.text);
  }
}
