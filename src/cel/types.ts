/** The room's types: CEL types, parsed and checked expressions, problems, reads and costs. */
import type { PassBudget } from "./evaluate/budget.ts";
import type { Evaluation } from "./failure.ts";
import type { Schema } from "../openapi/mod.ts";

/** A CEL type. The fields of a struct are read from its OpenAPI schema when they are needed. */
export type CelType =
  | { kind: "dyn" | "bool" | "int" | "uint" | "double" | "string" | "bytes" | "null" | "error" }
  | { kind: "timestamp" | "duration" }
  | { kind: "type"; of?: CelType }
  | { kind: "list"; element: CelType }
  | { kind: "map"; key: CelType; value: CelType }
  | { kind: "optional"; value: CelType }
  | { kind: "struct"; name: string; schema: Schema }
  | { kind: "opaque"; name: string };

/** A reason to reject an expression before it is evaluated. It never holds user data. */
export interface CelProblem {
  /**
   * `syntax`: does not parse. `reference`: unknown identifier or function. `type`: does not type-check.
   * `limit`: longer than 100,000 characters or nested deeper than 250 levels.
   */
  code: "syntax" | "reference" | "type" | "limit";
  /** One line, without the expression's text. */
  message: string;
  /** UTF-16 offset in the expression. */
  offset: number;
  /** A possible correction, such as the nearest known name. */
  hint?: string;
}

/** A parsed expression, not yet type-checked. */
export interface Parsed {
  /** The expression's text. */
  readonly source: string;
  /** Free identifiers with the offset of their first use; variables of macros are not free. */
  readonly references: ReadonlyMap<string, number>;
  /** Called functions, qualified as written (`json.marshal`), with offsets; methods are left out. */
  readonly functions: ReadonlyMap<string, number>;
}

/**
 * The parts of a value that expressions read: the whole value, or some fields by name and the reads of
 * each. The name `*` stands for every element of a list and every value of a map. An empty map of fields
 * means that only the value's existence and type matter.
 */
export type Reads = "whole" | ReadonlyMap<string, Reads>;

/**
 * The bounds of an evaluation's cost, in units of the budget (about ten nanoseconds), derived from the
 * expression and its schemas alone. A list or map without a bound in its schema counts as at most 1,000
 * elements, a text as at most 1,024 characters. Values above 2^31 - 1 are cut to it.
 */
export interface CostEstimate {
  /** The least cost of an evaluation that succeeds. */
  readonly min: number;
  /** The greatest cost. */
  readonly max: number;
}

/** A checked expression, to be evaluated any number of times. */
export interface Program {
  /** The expression's text. */
  readonly source: string;
  /** Free identifiers, sorted. */
  readonly references: readonly string[];
  /** The type of the result. */
  readonly type: CelType;
  /** The bounds of an evaluation's cost. */
  readonly cost: CostEstimate;
  /**
   * Evaluates the expression. Never throws for faults of the expression or its data.
   *
   * @param variables Values from {@link toCel}, or plain JSON for variables of type dyn. An absent or
   * undefined variable fails with code `pending` when it is read.
   * @param budget The cost limit: units for this evaluation alone, by default the `expression` limit of
   * {@link COST_LIMITS}, or the budget that it shares with the other evaluations of a pass. An
   * evaluation that exceeds it fails with code `cost`.
   */
  evaluate(
    variables: Readonly<Record<string, unknown>>,
    budget?: number | PassBudget,
  ): Evaluation;
}

/** The names that an expression may use. */
export interface CelScope {
  /** The variables and their types. */
  variables: Readonly<Record<string, CelType>>;
  /** Allows `omit()`: in templates, with the feature gate CELOmitFunction. Default false. */
  omit?: boolean;
  /** Allows `runtime.newCondition` and `runtime.condition`: in status conditions. Default false. */
  runtime?: boolean;
  /** Unknown names that were reported already: the checker gives them the error type silently. */
  faulty?: readonly string[];
}
