/** What the rest of kro sees of CEL: types with structure, errors with codes, compiled programs. */
import type { PassBudget } from "./evaluate/budget.ts";
import type { Evaluation } from "./failure.ts";
import type { Schema } from "../openapi/mod.ts";

/** A CEL type; structs are read lazily from the OpenAPI schema that they stand for. */
export type CelType =
  | { kind: "dyn" | "bool" | "int" | "uint" | "double" | "string" | "bytes" | "null" | "error" }
  | { kind: "timestamp" | "duration" }
  | { kind: "type"; of?: CelType }
  | { kind: "list"; element: CelType }
  | { kind: "map"; key: CelType; value: CelType }
  | { kind: "optional"; value: CelType }
  | { kind: "struct"; name: string; schema: Schema }
  | { kind: "opaque"; name: string };

/** Why an expression was not accepted. Never holds a value of user data. */
export interface CelProblem {
  /** `syntax`: does not parse; `reference`: unknown identifier or function; `type`: does not type-check. */
  code: "syntax" | "reference" | "type" | "limit";
  /** One line, without the expression's text. */
  message: string;
  /** UTF-16 offset in the expression. */
  offset: number;
  /** Did-you-mean. */
  hint?: string;
}

/** A parsed expression: who is referred to, for dependency extraction before any typing. */
export interface Parsed {
  /** The expression's text. */
  readonly source: string;
  /** Free identifiers with the offset of their first use (macro variables scoped correctly). */
  readonly references: ReadonlyMap<string, number>;
  /** Plain (non-method) functions called, qualified as written (`json.marshal`), with offsets. */
  readonly functions: ReadonlyMap<string, number>;
}

/**
 * What is read of a value: all of it, or fields by name and what is read of each. `*` stands for every
 * element of a list and every value of a map. No fields: only that it is there, and of which type.
 */
export type Reads = "whole" | ReadonlyMap<string, Reads>;

/**
 * What something can cost, in units of the budget, by expressions and schemas alone: between all being as
 * small as it may be and as large. A list, map or text without a bound counts as 1,000 elements, 1,024
 * characters; 2^31 - 1 is too much to tell.
 */
export interface CostEstimate {
  /** At least, unless it fails. */
  readonly min: number;
  /** At most. */
  readonly max: number;
}

/** A checked expression, ready to be evaluated many times. */
export interface Program {
  /** The expression's text. */
  readonly source: string;
  /** Free identifiers, sorted. */
  readonly references: readonly string[];
  /** The type of the result. */
  readonly type: CelType;
  /** What an evaluation can cost. */
  readonly cost: CostEstimate;
  /**
   * Evaluates with the given variables, each a value made by {@link toCel} (or plain JSON for dyn).
   * Never throws for faults of the expression or its data. `budget` is what it may cost, 1e7 by
   * default: then it stops within a tenth of a second with a failure of code `cost`.
   */
  evaluate(
    variables: Readonly<Record<string, unknown>>,
    budget?: number | PassBudget,
  ): Evaluation;
}

/** What identifiers mean while checking. */
export interface CelScope {
  /** Variables and their types. */
  variables: Readonly<Record<string, CelType>>;
  /** `omit()` may be used (feature gate CELOmitFunction, and only in templates). */
  omit?: boolean;
  /** `runtime.newCondition` and `runtime.condition` may be used (status conditions only). */
  runtime?: boolean;
  /** Names that are no variables, of which nothing is to be said: their faults were reported. */
  faulty?: readonly string[];
}
