/**
 * A checked expression that becomes closures when it is first evaluated. Until then its text is all
 * that is kept: trees and closures take many times as much, and most graphs wait for instances.
 */
import { Checker } from "./check/checker.ts";
import type { PassBudget } from "./evaluate/budget.ts";
import { evaluator, type Run } from "./evaluate/program.ts";
import type { Expr } from "./syntax/ast.ts";
import { parseExpression } from "./syntax/parser.ts";
import { type Compiled, Pool } from "./pool.ts";
import { type TemplatePart, templateText, templateTree } from "./template.ts";
import type { Evaluation } from "./failure.ts";
import type { CelScope, CelType, CostEstimate, Program } from "./types.ts";

/** Characters of expressions that may be compiled at a time; each takes about 30 bytes then. */
const pool = new Pool(3_000_000);

/** See the file's first line. */
export class CheckedProgram implements Program, Compiled {
  #run: Run | undefined;
  #ran = true;

  /** Of an expression, or of the parts of a template; the scope is the one that it was checked in. */
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
