/**
 * The one boundary round CEL: parse, check against schemas, evaluate, convert values. Nothing outside
 * this room sees the engine's values or reads its error texts.
 *
 * @module
 */
export * from "./failure.ts";
export * from "./types.ts";
export { parse, type ParseResult } from "./parse.ts";
export { addRead, coversReads, partOf, readsOf } from "./reads.ts";
export { compile, type CompileResult, compileTemplate } from "./compile.ts";
export type { TemplatePart } from "./template.ts";
export {
  BOOL,
  BYTES,
  CONDITION,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  STRING,
  TIMESTAMP,
  typeText,
  UINT,
} from "./check/types.ts";
export { objectType, typeOf } from "./check/schema.ts";
export { type FitResult, fits, fitsType } from "./check/fits.ts";
export { escapeName, unescapeName } from "./check/names.ts";
export {
  type ConditionFields,
  conditionsOf,
  fromCel,
  type Outgoing,
  rawToCel,
  toCel,
} from "./values.ts";
export { type CelTotals, COST_LIMITS, type CostLimits, PassBudget } from "./evaluate/budget.ts";
