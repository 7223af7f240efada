/**
 * Explains graphs to people. The functions of this folder are pure: they derive what they return from compiled
 * graphs, and send no request.
 *
 * - {@link graphRights} returns the permissions that kro needs to serve a graph, {@link controllerRights} the
 *   permissions that the controller needs for itself.
 * - {@link missingText} describes permissions that kro lacks.
 * - {@link rolesYaml} formats permissions as RBAC roles.
 *
 * @module
 */
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
export { type RoleContent, type RoleOptions, rolesYaml } from "./role.ts";
export {
  type ExplainedRule,
  explainedRules,
  type PolicyRule,
  rulesLine,
  rulesOf,
  ruleYaml,
} from "./rules.ts";
