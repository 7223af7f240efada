/**
 * The types that code outside of `src/cel` may use: CEL types, parsed and checked expressions, problems,
 * reads and costs.
 */
import type { PassBudget } from "./evaluate/budget.ts";
import type { Evaluation } from "./failure.ts";
import type { Schema } from "../openapi/mod.ts";

/** A CEL type. The fields of a struct are derived from its OpenAPI schema when they are needed. */
export type CelType =
  | { kind: "dyn" | "bool" | "int" | "uint" | "double" | "string" | "bytes" | "null" | "error" }
  | { kind: "timestamp" | "duration" }
  | { kind: "type"; of?: CelType }
  | { kind: "list"; element: CelType }
  | { kind: "map"; key: CelType; value: CelType }
  | { kind: "optional"; value: CelType }
  | { kind: "struct"; name: string; schema: Schema }
  | { kind: "opaque"; name: string };

/** The reason for rejecting an expression before its evaluation. A problem never contains user data. */
export interface CelProblem {
  /**
   * The category of the problem. `syntax`: the syntax is invalid. `reference`: an identifier or function is
   * unknown. `type`: the expression has a type error. `limit`: the expression is longer than 100,000
   * characters or nested deeper than 250 levels.
   */
  code: "syntax" | "reference" | "type" | "limit";
  /** The message in one line, which does not repeat the expression. */
  message: string;
  /** The position of the problem in the expression, as an offset in UTF-16 units. */
  offset: number;
  /** A suggestion to correct the problem, such as the nearest known name. */
  hint?: string;
}

/** A parsed expression that is not type-checked yet. */
export interface Parsed {
  /** The expression as a string. */
  readonly source: string;
  /**
   * The variables of the expression, with the offset of their first use. Variables that macros declare are
   * left out.
   */
  readonly references: ReadonlyMap<string, number>;
  /**
   * The called functions by qualified name, such as `json.marshal`, with the offset of their first use.
   * Methods are left out.
   */
  readonly functions: ReadonlyMap<string, number>;
}

/**
 * The parts of a value that expressions read: the whole value, or a map from the names of some fields to the
 * parts that are read of each field. The name `*` stands for every element of a list and every value of a
 * map. An empty map means that expressions read only the existence and the type of the value.
 */
export type Reads = "whole" | ReadonlyMap<string, Reads>;

/**
 * The bounds of an expression's cost, in units of the cost budget (about ten nanoseconds). The bounds depend
 * only on the expression and the schemas of its variables. A list or map whose schema has no bound is assumed
 * to have at most 1,000 elements. A string without a bound is assumed to have at most 1,024 characters. Costs
 * above 2^31 - 1 are replaced by this number.
 */
export interface CostEstimate {
  /** The minimum cost of an evaluation that succeeds. */
  readonly min: number;
  /** The maximum cost of an evaluation. */
  readonly max: number;
}

/** A type-checked expression, which can be evaluated any number of times. */
export interface Program {
  /** The expression as a string. */
  readonly source: string;
  /** The names of the expression's variables, sorted. */
  readonly references: readonly string[];
  /** The type of the result. */
  readonly type: CelType;
  /** The bounds of the cost of one evaluation. */
  readonly cost: CostEstimate;
  /**
   * Evaluates the expression. Faults of the expression or of its data are returned as a failure and never
   * thrown.
   *
   * @param variables The values of the variables, created with {@link toCel}. For a variable of type dyn,
   * plain JSON is also allowed. Reading a variable that is absent or undefined fails with code `pending`.
   * @param budget The cost limit of this evaluation, or the budget that all evaluations of a pass share. The
   * default is the `expression` limit of {@link COST_LIMITS}. An evaluation that exceeds the limit fails
   * with code `cost`.
   */
  evaluate(
    variables: Readonly<Record<string, unknown>>,
    budget?: number | PassBudget,
  ): Evaluation;
  /** Returns a copy of the program that reports its conditionals to `tracer`; see {@link BranchTracer}. */
  traced(tracer: BranchTracer): Program;
}

/** Receives which branches of the conditionals (`? :`) of a program are taken, to measure test coverage. */
export interface BranchTracer {
  /**
   * Called once for each conditional of the program, before the first evaluation. Returns a function, which
   * the evaluator calls with the value of the condition each time it takes a branch of the conditional.
   *
   * @param offset The offset of the `?` in its expression, in UTF-16 units.
   */
  found(offset: number): (condition: boolean) => void;
}

/** The names that an expression may use. */
export interface CelScope {
  /** The types of the variables. The keys are the names of the variables. */
  variables: Readonly<Record<string, CelType>>;
  /**
   * Whether the expression may call `omit()`; false by default. Expressions in templates may call the
   * function when the feature gate CELOmitFunction is enabled.
   */
  omit?: boolean;
  /**
   * Whether the expression may call `runtime.newCondition` and `runtime.condition`; false by default. Only
   * the expressions of status conditions may call these functions.
   */
  runtime?: boolean;
  /**
   * Unknown names that were reported already. The type checker gives these names the error type and does not
   * report them again.
   */
  faulty?: readonly string[];
}
