/** Derives the permissions that kro needs to serve a graph. */
import { CRD_KIND, isObject, valueAt } from "../api/mod.ts";
import type { Graph, Node } from "../graph/mod.ts";

/**
 * The reason why kro needs a permission:
 *
 * - `instances`: kro reads the instances of a graph, and writes their metadata and status.
 * - `objects`: kro creates, changes and deletes the objects of instances.
 * - `external`: the graph reads objects that kro does not create.
 * - `crd`: kro updates the CRD that it generated for the graph.
 * - `controller`: the controller needs the permission without any graph.
 */
export type Purpose = "instances" | "objects" | "external" | "crd" | "controller";

/** A permission: verbs on one resource. */
export interface Right {
  /** The API group of the resource; an empty string for the core group. */
  readonly group: string;
  /** The plural name of the resource; a subresource follows after a slash, as in `carts/status`. */
  readonly resource: string;
  /** The verbs, in the order of {@link VERBS}. */
  readonly verbs: readonly string[];
  /**
   * The names of the objects to which the permission is limited; absent when the permission covers all
   * objects.
   */
  readonly names?: readonly string[];
  /**
   * The sorted namespaces to which the permission can be limited. Absent for cluster-scoped resources, and
   * when the namespaces are known only after an instance exists.
   */
  readonly namespaces?: readonly string[];
  /** The reasons why kro needs the permission. */
  readonly purposes: readonly Purpose[];
}

/** All verbs that kro uses, in the order in which rules list them. */
export const VERBS: readonly string[] = [
  "get",
  "list",
  "watch",
  "create",
  "patch",
  "update",
  "delete",
  "escalate",
  "bind",
];

/** The options of the controller on which its permissions depend. */
export interface RightsOptions {
  /** Whether the controller runs with `--allow-crd-deletion`; false by default. */
  allowCrdDeletion?: boolean;
}

const OBJECT_VERBS = ["get", "list", "watch", "create", "patch", "delete"];
const READ_VERBS = ["get", "list", "watch"];

/**
 * Returns the permissions that the controller needs for one graph, in addition to its own permissions ({@link
 * controllerRights}). Each combination of a resource, names and namespaces occurs once. Permissions to grant
 * other permissions are left out; see {@link escalations}.
 *
 * @example
 * ```ts
 * import type { Graph } from "../graph/mod.ts";
 * import { graphRights, rulesOf, ruleYaml } from "./mod.ts";
 *
 * const printRules = (graph: Graph) =>
 *   rulesOf(graphRights(graph)).forEach((rule) => console.log(ruleYaml(rule)));
 * ```
 */
export function graphRights(graph: Graph, options: RightsOptions = {}): Right[] {
  const { group, plural } = graph.instance;
  const deletion = options.allowCrdDeletion ? ["delete"] : [];
  const crd = graph.crd.metadata.name!;
  return mergeRights([
    {
      group,
      resource: plural,
      verbs: [...READ_VERBS, "patch", ...deletion],
      purposes: ["instances"],
    },
    { group, resource: `${plural}/status`, verbs: ["update"], purposes: ["instances"] },
    ...[...graph.nodes.values()].map(nodeRight),
    {
      group: CRD_KIND.group,
      resource: CRD_KIND.plural,
      verbs: ["patch", ...deletion],
      names: [crd],
      purposes: ["crd"],
    },
  ]);
}

/**
 * Returns the permissions with the verbs `escalate` and `bind` that kro may need in addition, because the
 * graph contains roles or bindings (Kubernetes documentation, "Using RBAC Authorization", privilege
 * escalation prevention). kro does not need these verbs if kro itself holds every permission of these roles
 * and of the roles to which the bindings refer.
 */
export function escalations(graph: Graph): Right[] {
  return mergeRights([...graph.nodes.values()].flatMap((node) => {
    const { group, plural } = node.kind;
    if (group !== RBAC_GROUP || isExternal(node)) return [];
    const purposes = ["objects"] as const;
    if (plural === "roles" || plural === "clusterroles") {
      return [{ group, resource: plural, verbs: ["escalate"], purposes }];
    }
    if (plural !== "rolebindings" && plural !== "clusterrolebindings") return [];
    const bound = literalAt(node, ["roleRef", "name"]);
    return boundResources(node).map((resource) => ({
      group,
      resource,
      verbs: ["bind"],
      ...(bound === undefined ? {} : { names: [bound] }),
      purposes,
    }));
  }));
}

/**
 * Merges permissions that have the same resource, names and namespaces. Drops a permission that another
 * permission contains. The result is sorted by group and resource.
 */
export function mergeRights(rights: readonly Right[]): Right[] {
  const merged = new Map<string, Right>();
  for (const right of rights) {
    const key = JSON.stringify([right.group, right.resource, right.names, right.namespaces]);
    const { verbs = [], purposes = [] } = merged.get(key) ?? {};
    merged.set(key, {
      ...right,
      verbs: inOrder([...verbs, ...right.verbs]),
      purposes: [...new Set([...purposes, ...right.purposes])],
    });
  }
  const all = [...merged.values()];
  return all.filter((right) => !all.some((other) => other !== right && contains(other, right)))
    .sort((a, b) => compare(a.group, b.group) || compare(a.resource, b.resource));
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

function nodeRight(node: Node): Right {
  const { group, plural } = node.kind;
  const external = isExternal(node);
  const namespace = node.kind.namespaced ? literalAt(node, ["metadata", "namespace"]) : undefined;
  return {
    group,
    resource: plural,
    verbs: external ? READ_VERBS : OBJECT_VERBS,
    ...(namespace ? { namespaces: [namespace] } : {}),
    purposes: [external ? "external" : "objects"],
  };
}

function isExternal({ type }: Node): boolean {
  return type === "external" || type === "externalCollection";
}

/** Returns the string at a path of a template; undefined when an expression computes a part of the value. */
function literalAt(node: Node, path: readonly string[]): string | undefined {
  const isComputed = node.fields.some((field) =>
    field.path.every((step, i) => i >= path.length || step === path[i])
  );
  const value = isComputed ? undefined : valueAt(node.template, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Returns the kinds of role to which a binding may refer, by their plural names: `roles`, `clusterroles` or
 * both.
 */
function boundResources(node: Node): string[] {
  const roleRef = node.template.roleRef;
  const kind = isObject(roleRef) ? literalAt(node, ["roleRef", "kind"]) : undefined;
  if (kind === "Role") return ["roles"];
  if (kind === "ClusterRole" || node.kind.plural === "clusterrolebindings") return ["clusterroles"];
  return ["clusterroles", "roles"];
}

function contains(one: Right, other: Right): boolean {
  return one.group === other.group && one.resource === other.resource &&
    covers(one.names, other.names) && covers(one.namespaces, other.namespaces) &&
    other.verbs.every((verb) => one.verbs.includes(verb));
}

function covers(all: readonly string[] | undefined, some: readonly string[] | undefined): boolean {
  return all === undefined || (some?.every((each) => all.includes(each)) ?? false);
}

function inOrder(verbs: readonly string[]): string[] {
  return [...new Set(verbs)].sort((a, b) => VERBS.indexOf(a) - VERBS.indexOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the name of a resource in kubectl's form, such as `deployments.apps`. */
export function resourceName({ group, resource }: { group: string; resource: string }): string {
  const [plural = "", ...subresource] = resource.split("/");
  return [group === "" ? plural : `${plural}.${group}`, ...subresource].join("/");
}
