/**
 * Explains graphs and results of kro to people and programs. The functions of this folder are pure: they
 * derive what they return from compiled graphs, outcomes and planned writes, and send no request.
 *
 * - {@link graphRights} returns the permissions that kro needs to serve a graph, {@link controllerRights} the
 *   permissions that the controller needs for itself.
 * - {@link missingText} describes permissions that kro lacks.
 * - {@link rolesYaml} formats permissions as RBAC roles.
 * - {@link drawingOf} describes a graph for {@link mermaid}, {@link dot} and {@link svg}.
 * - {@link jsonSchema}, {@link sampleYaml} and {@link referenceMarkdown} document the kind that a graph
 *   defines.
 * - {@link changeOf} turns a planned write into an entry of a {@link PlanReport}.
 * - {@link planText} and {@link planMarkdown} format a report.
 * - {@link exceeded} compares a report with limits.
 * - {@link SecretMask} replaces the values of Secrets in a record.
 * - {@link Coverage} measures which parts of a graph unit tests have run.
 * - {@link whyGraph} explains why an RGD is not active.
 * - {@link why} explains why an instance is not ready, and why a node or a field is as it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planText } from "./mod.ts";
 *
 * const instances = { planned: 2, deleting: 0, suspended: 0 };
 * const report = { graphs: [], instances, objects: 4, changes: [], waits: [], notes: [] };
 * assert.match(planText(report), /^Plan: no changes; 2 instances, 4 objects compared/);
 * ```
 *
 * @module
 */
export { Coverage, type CoverageItem, type CoveragePlace } from "./coverage.ts";
export {
  dot,
  type Drawing,
  DRAWING_FORMATS,
  type DrawingFormat,
  drawingOf,
  type DrawnNode,
  mermaid,
} from "./drawing.ts";
export { crdSchema } from "./fields.ts";
export { jsonSchema } from "./json_schema.ts";
export { controllerRights, type OwnRightsOptions } from "./own_rights.ts";
export {
  escalations,
  graphRights,
  mergeRights,
  type Purpose,
  resourceName,
  type Right,
  type RightsOptions,
  VERBS,
} from "./rights.ts";
export { missingText, namesMissing } from "./missing.ts";
export { type FieldRow, fieldRows, referenceMarkdown } from "./reference.ts";
export {
  type ComparedObject,
  comparedObjects,
  type ComparisonOptions,
  type Rendering,
} from "./rendering.ts";
export { sampleYaml } from "./sample.ts";
export { svg } from "./svg.ts";
export { type RoleContent, type RoleOptions, rolesYaml } from "./role.ts";
export {
  type ExplainedRule,
  explainedRules,
  type PolicyRule,
  rulesLine,
  rulesOf,
  ruleYaml,
} from "./rules.ts";
export * from "./plan/change.ts";
export { type Difference, differences } from "./plan/differences.ts";
export * from "./plan/limits.ts";
export { MAX_COMMENT, planMarkdown } from "./plan/markdown.ts";
export * from "./plan/model.ts";
export * from "./plan/summary.ts";
export { objectText, type Painter, planText } from "./plan/text.ts";
export { type Hide, maskedRgd, SecretMask, unreproducible } from "./record/mask.ts";
export { type FieldOwner, fieldOwners, isKro, OwnedValue, ownerText } from "./why/owners.ts";
export { whyGraph } from "./why/graph.ts";
export { shownState } from "./why/inclusion.ts";
export { type MissingGraph, withoutGraph } from "./why/without_graph.ts";
export { type Explanation, inOrder, type Observation, type Topic } from "./why/model.ts";
export { conditionText, eventTime, problemConditions } from "./why/objects.ts";
export { parsePath } from "./why/path.ts";
export { noGraph, UnknownSubject } from "./why/subject.ts";
export { explanationText, type ExplanationTextOptions, stepsOf } from "./why/text.ts";
export { why } from "./why/why.ts";
