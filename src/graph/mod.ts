/**
 * The static analysis of ResourceGraphDefinitions (RGDs). {@link compile} checks an RGD against the schemas
 * of its kinds. The result is a {@link Graph} with type-checked expressions, dependencies, a topological
 * order and the generated CRD, or a list of all problems. The functions of this room (a folder below `src`)
 * depend only on their arguments: they do no I/O and read neither the clock nor the environment.
 *
 * @example Report the problems of an RGD
 * ```ts
 * import assert from "node:assert/strict";
 * import { compile } from "./mod.ts";
 *
 * const schema = { kind: "shop", apiVersion: "v1alpha1" };
 * const rgd = { apiVersion: "kro.run/v1alpha1", kind: "ResourceGraphDefinition" };
 * const compiled = compile({ ...rgd, metadata: { name: "shop" }, spec: { schema } }, new Map());
 * assert.ok(!compiled.ok);
 * assert.deepEqual(compiled.problems.map(({ code, path }) => [code, path]), [
 *   ["NAMING", "schema.kind"],
 * ]);
 * ```
 *
 * @module
 */
export * from "./types.ts";
export { compareCrds, type CrdChange } from "./compare.ts";
export { SchemaRules } from "./schema_rules.ts";
export { revisionName, specHash } from "./hash.ts";
export { plural } from "./plural.ts";
export { type DefinedBy, explainKinds, kindOfNode } from "./defined_kinds.ts";
export { type Compilation, compile, compileSteps, kindsOf } from "./compile.ts";
export { isPublicField } from "./confidential.ts";
export {
  dearExpressions,
  type ExpressionCost,
  type GraphCost,
  graphCost,
  MAX_COLLECTION_SIZE,
} from "./cost.ts";
export { optionalReads } from "./optional_reads.ts";
export { COST_LIMITS, type CostEstimate, type CostLimits } from "../cel/mod.ts";
