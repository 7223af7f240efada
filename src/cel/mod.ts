/**
 * The Common Expression Language (CEL). This room (a folder below `src`) parses expressions, type-checks them
 * against OpenAPI schemas, estimates their cost, evaluates them within a cost budget, and converts values
 * from and to JSON. The syntax tree and the evaluator's values are internal to this room.
 *
 * Expressions behave as in cel-go with the libraries of Kubernetes and of kro v0.9.4.
 *
 * @example Check an expression against a schema and evaluate it
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile, fromCel, objectType, toCel } from "./mod.ts";
 *
 * const type = objectType("schema", { type: "object", properties: { name: { type: "string" } } });
 * const compiled = compile("schema.name + '-db'", { variables: { schema: type } });
 * assert.ok(compiled.ok);
 * const result = compiled.program.evaluate({ schema: toCel({ name: "shop" }, type) });
 * assert.ok(result.ok);
 * assert.deepEqual(fromCel(result.value), { ok: true, value: "shop-db" });
 * ```
 *
 * @module
 */
export * from "./failure.ts";
export * from "./types.ts";
export { parse, type ParseResult } from "./parse.ts";
export { type FieldRead, type FieldReads, fieldReads } from "./field_reads.ts";
export { addRead, coversReads, partOf, readsOf } from "./reads.ts";
export {
  compile,
  type CompileResult,
  compileSteps,
  compileTemplate,
  compileTemplateSteps,
} from "./compile.ts";
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
export type { JsonPath } from "./value/outgoing.ts";
export { type CelTotals, COST_LIMITS, type CostLimits, PassBudget } from "./evaluate/budget.ts";
