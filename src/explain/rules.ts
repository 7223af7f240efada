/** Converts permissions to the rules of RBAC roles, and formats the rules as YAML. */
import { mergeRights, type Purpose, type Right } from "./rights.ts";

/** A rule of an RBAC role (PolicyRule of `rbac.authorization.k8s.io/v1`). */
export interface PolicyRule {
  /** The API groups that the rule covers; an empty string for the core group. */
  apiGroups: string[];
  /** The resources that the rule covers. A subresource follows after a slash, as in `pods/log`. */
  resources: string[];
  /** The names of the objects to which the rule is limited; absent when the rule covers all objects. */
  resourceNames?: string[];
  /** The verbs that the rule permits. */
  verbs: string[];
}

/** A rule of an RBAC role, with the reasons why kro needs the rule. */
export interface ExplainedRule {
  /** The rule of the role. */
  rule: PolicyRule;
  /** The reasons why kro needs the rule. */
  purposes: readonly Purpose[];
}

/**
 * Returns the rules that grant the permissions. Resources of one group with the same verbs and names share a
 * rule. The namespaces of the permissions are ignored.
 */
export function rulesOf(rights: readonly Right[]): PolicyRule[] {
  return explainedRules(rights).map(({ rule }) => rule);
}

/**
 * Returns the rules that grant the permissions, as {@link rulesOf} does, except that resources with different
 * purposes never share a rule.
 */
export function explainedRules(rights: readonly Right[]): ExplainedRule[] {
  const everywhere = mergeRights(rights.map(({ namespaces: _, ...right }) => right));
  const groups = Map.groupBy(
    everywhere,
    ({ group, verbs, names, purposes }) => JSON.stringify([purposes, group, verbs, names]),
  );
  return [...groups.values()].map((all) => {
    const { group, verbs, names, purposes } = all[0]!;
    const rule: PolicyRule = {
      apiGroups: [group],
      resources: all.map(({ resource }) => resource),
      ...(names ? { resourceNames: [...names] } : {}),
      verbs: [...verbs],
    };
    return { rule, purposes };
  });
}

/**
 * Formats a rule as an item of the list `rules` of a role.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ruleYaml } from "./mod.ts";
 *
 * const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] };
 * assert.equal(
 *   ruleYaml(rule),
 *   '- apiGroups: [""]\n  resources: [configmaps]\n  verbs: [get, list]\n',
 * );
 * ```
 */
export function ruleYaml(rule: PolicyRule): string {
  const fields = Object.entries(rule) as [string, string[]][];
  return fields.map(([field, values], i) =>
    `${i === 0 ? "-" : " "} ${field}: [${values.map(yamlString).join(", ")}]\n`
  ).join("");
}

/** Formats rules as YAML on one line, as a value of the field `rules` of a role. */
export function rulesLine(rules: readonly PolicyRule[]): string {
  const lines = rules.map((rule) => {
    const fields = Object.entries(rule) as [string, string[]][];
    return `{${
      fields.map(([field, values]) => `${field}: [${values.map(yamlString).join(", ")}]`).join(", ")
    }}`;
  });
  return `[${lines.join(", ")}]`;
}

/** Formats a string as YAML, with quotes only where YAML needs them. */
export function yamlString(value: string): string {
  const isPlain = /^[a-z]([\w.:/-]*\w)?$/i.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
