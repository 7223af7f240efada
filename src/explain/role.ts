/** Formats permissions as RBAC roles and bindings for kro's service account. */
import type { Purpose, Right } from "./rights.ts";
import { mergeRights } from "./rights.ts";
import {
  type ExplainedRule,
  explainedRules,
  type PolicyRule,
  rulesOf,
  ruleYaml,
  yamlString,
} from "./rules.ts";

/** The permissions that one set of roles contains. */
export interface RoleContent {
  /** The name of the roles and of the bindings. */
  name: string;
  /** The sentence with which each role begins, as a YAML comment. */
  title: string;
  /** The permissions to grant. */
  rights: readonly Right[];
  /** The permissions that the roles list only in a comment, because kro can do without them. */
  escalations?: readonly Right[];
}

/** The subject of the bindings, and the form of the roles. */
export interface RoleOptions {
  /** The name of the controller's service account. */
  serviceAccount: string;
  /** The namespace of the controller's service account. */
  namespace: string;
  /**
   * Whether permissions that are needed only in known namespaces become Roles in these namespaces; false by
   * default, which puts all permissions into the ClusterRole.
   */
  namespaced?: boolean;
  /** Whether bindings are returned as well; true by default. */
  binding?: boolean;
  /**
   * The label that the returned ClusterRole gets, so that an aggregated ClusterRole of the cluster includes
   * the permissions. With a label, no ClusterRoleBinding is returned.
   */
  aggregateLabel?: { key: string; value: string };
}

/**
 * Returns the YAML documents of a ClusterRole with the permissions, and of a ClusterRoleBinding to the
 * service account. With `namespaced`, also returns a Role and a RoleBinding for each namespace to which
 * permissions are limited.
 */
export function rolesYaml(content: RoleContent, options: RoleOptions): string[] {
  const { rights } = content;
  const { binding: binds = true } = options;
  const limited = options.namespaced ? rights.filter(({ namespaces }) => namespaces) : [];
  const wide = rights.filter((right) => !limited.includes(right));
  const namespaces = [...new Set(limited.flatMap((right) => right.namespaces!))].sort();
  const documents: string[] = [];
  if (wide.length > 0) {
    documents.push(role("ClusterRole", content, options, wide));
    if (binds && !options.aggregateLabel) documents.push(binding("ClusterRole", content, options));
  }
  for (const namespace of namespaces) {
    const inside = limited.filter((right) => right.namespaces!.includes(namespace));
    documents.push(role("Role", content, options, inside, namespace));
    if (binds) documents.push(binding("Role", content, options, namespace));
  }
  return documents;
}

const API_VERSION = "rbac.authorization.k8s.io/v1";

/**
 * The comment that a role contains above the rules of each purpose. A role lists its rules in the order of
 * these entries.
 */
const PURPOSES: Record<Purpose, string> = {
  controller: "The controller itself",
  crd: "The generated CRD",
  instances: "Instances of the graph",
  objects: "Objects of instances",
  external: "Objects that the graph reads",
};

function role(
  kind: "ClusterRole" | "Role",
  { name, title, escalations = [] }: RoleContent,
  { aggregateLabel }: RoleOptions,
  rights: readonly Right[],
  namespace?: string,
): string {
  const isWide = kind === "ClusterRole";
  return [
    `# ${title}\n`,
    `apiVersion: ${API_VERSION}\nkind: ${kind}\nmetadata:\n  name: ${yamlString(name)}\n`,
    namespace === undefined ? "" : `  namespace: ${yamlString(namespace)}\n`,
    isWide && aggregateLabel
      ? `  labels:\n    ${aggregateLabel.key}: ${JSON.stringify(aggregateLabel.value)}\n`
      : "",
    "rules:\n",
    indented(rulesYaml(rights, isWide), "  "),
    isWide && escalations.length > 0 ? indented(escalationNote(escalations), "  ") : "",
  ].join("");
}

/** Formats the rules, with one comment for all rules of the same purpose. */
function rulesYaml(rights: readonly Right[], isWide: boolean): string {
  const rank = ({ purposes }: ExplainedRule) => Object.keys(PURPOSES).indexOf(purposes[0]!);
  const rules = explainedRules(rights).sort((a, b) => rank(a) - rank(b));
  let last = "";
  return rules.map(({ rule, purposes }) => {
    const what = purposes.map((purpose) => PURPOSES[purpose]).join("; ");
    const where = isWide ? namespacesOf(rule, rights) : [];
    const comment = where.length > 0 ? `${what}, only in ${where.join(", ")}` : what;
    const isNew = comment !== last;
    last = comment;
    return `${isNew ? `# ${comment}\n` : ""}${ruleYaml(rule)}`;
  }).join("");
}

/** Returns the namespaces in which kro needs the rule; an empty list when the namespaces are not known. */
function namespacesOf(rule: PolicyRule, rights: readonly Right[]): string[] {
  const own = rights.filter(({ group, resource }) =>
    rule.apiGroups.includes(group) && rule.resources.includes(resource)
  );
  if (own.some(({ namespaces }) => !namespaces)) return [];
  return [...new Set(own.flatMap(({ namespaces = [] }) => namespaces))].sort();
}

function escalationNote(escalations: readonly Right[]): string {
  const rules = rulesOf(mergeRights(escalations)).map(ruleYaml).join("");
  return indented(
    "Objects of the graph grant permissions. The API server refuses such an object unless kro\n" +
      "itself holds all permissions that the object grants. Add these permissions to this role, or\n" +
      `let kro grant any permission:\n${rules}`,
    "# ",
  );
}

function binding(
  kind: "ClusterRole" | "Role",
  { name }: RoleContent,
  { serviceAccount, namespace }: RoleOptions,
  place?: string,
): string {
  return [
    `apiVersion: ${API_VERSION}\nkind: ${kind}Binding\nmetadata:\n  name: ${yamlString(name)}\n`,
    place === undefined ? "" : `  namespace: ${yamlString(place)}\n`,
    `roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ${kind}\n  name: ${
      yamlString(name)
    }\n`,
    `subjects:\n  - kind: ServiceAccount\n    name: ${yamlString(serviceAccount)}\n`,
    `    namespace: ${yamlString(namespace)}\n`,
  ].join("");
}

function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}
