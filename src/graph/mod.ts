/**
 * RGD -> Graph: expressions, dependencies, types, order, generated CRD, revision hash.
 * Pure: no I/O, no clock, no environment.
 *
 * @module
 */
export * from "./types.ts";
export { compareCrds, type CrdChange } from "./compare.ts";
export { revisionName, specHash } from "./hash.ts";
export { plural } from "./plural.ts";
export { type Compilation, compile, kindsOf } from "./compile.ts";
export {
  dearExpressions,
  type ExpressionCost,
  type GraphCost,
  graphCost,
  MAX_COLLECTION_SIZE,
} from "./cost.ts";
export { COST_LIMITS, type CostEstimate, type CostLimits } from "../cel/mod.ts";
