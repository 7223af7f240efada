/**
 * Finds the objects of an instance whose identity labels another client edited or removed. The identity
 * labels are `applyset.kubernetes.io/part-of` and `kro.run/instance-id`. A list selects objects by these
 * labels, so it does not contain such an object. The names of the objects are therefore computed from the
 * graph, and the objects are read by name.
 */
import { type KubeObject, Label, refKey } from "../api/mod.ts";
import { PassBudget } from "../cel/mod.ts";
import type { Graph, Node } from "../graph/mod.ts";
import { type Combination, combinations, dimensions } from "./expand.ts";
import { applyEntry, foreignLabels, isMember } from "./membership.ts";
import type { Member, MemberQuery } from "./members.ts";
import { refOf } from "./ownership.ts";
import type { Pass } from "./pass.ts";
import { Scope } from "./scope.ts";
import { addressed, evaluateFields, fill } from "./template.ts";

/**
 * Reads each object that the graph names and that `found` does not contain. Returns the objects that belong
 * to the instance: members of its ApplySet, and objects that kro applied but whose identity labels kro no
 * longer owns. An object is left out if its name cannot be computed from the instance and the objects found
 * so far. Rejects with ApiError when a request fails.
 *
 * @param found The members of the instance that were already found by listing.
 */
export async function lostMembers(
  graph: Graph,
  { instance, cluster, context }: Pass,
  { applySetId }: MemberQuery,
  found: readonly Member[],
): Promise<Member[]> {
  const scope = new Scope(graph, instance, new PassBudget(context.costs, context.celTotals));
  const byNode = Map.groupBy(found, ({ object }) => object.metadata.labels?.[Label.nodeId] ?? "");
  for (const [id, members] of byNode) {
    if (graph.nodes.has(id)) scope.observe(id, members.map(({ object }) => object));
  }
  const known = new Set(found.map(({ ref }) => refKey(ref)));
  const parent = { applySetId, instanceUid: instance.metadata.uid };
  const lost: Member[] = [];
  for (const node of graph.nodes.values()) {
    if (node.type !== "resource" && node.type !== "collection") continue;
    const before = lost.length;
    for (const named of namedObjects(node, scope, instance, context.maxCollectionSize)) {
      const ref = refOf(node, named);
      if (known.has(refKey(ref))) continue;
      known.add(refKey(ref));
      const object = await cluster.getLive(ref);
      if (object && (isLost(object) || isMember(object, parent))) lost.push({ object, ref });
    }
    if (lost.length === before) continue;
    // Expressions of later nodes can now read the objects of this node, for example to compute a name.
    const all = [...byNode.get(node.id) ?? [], ...lost.slice(before)];
    scope.observe(node.id, all.map(({ object }) => object));
  }
  return lost;
}

/** Reports whether kro applied the object, but owns none of the labels that identify its instance. */
export function isLost(object: KubeObject): boolean {
  return applyEntry(object) !== undefined && foreignLabels(object).length === 2;
}

/**
 * Returns the objects of a node whose names can be computed. Only the expressions in the name and the
 * namespace of the template are evaluated.
 */
function namedObjects(
  node: Node,
  scope: Scope,
  instance: KubeObject,
  limit: number,
): KubeObject[] {
  const isExcluded = node.includeWhen.some((expression) => {
    const result = scope.evaluate(expression);
    return result.ok && result.value === false;
  });
  if (isExcluded) return [];
  const found = node.type === "collection" ? dimensions(node, scope, limit) : undefined;
  if (found && !found.ok) return [];
  const items: Combination[] = found ? combinations(found.value) : [{}];
  return items.flatMap((item) => named(node, scope, instance, item));
}

function named(node: Node, scope: Scope, instance: KubeObject, item: Combination): KubeObject[] {
  const fields = node.fields.filter(({ path }) =>
    path[0] === "metadata" && (path[1] === "name" || path[1] === "namespace")
  );
  const values = evaluateFields(node, fields, (f) => scope.evaluate(f.expression, item));
  if (!values.ok) return [];
  const { metadata } = fill(node, values.value);
  const object = addressed(node, { metadata: metadata ?? {} }, instance);
  return object.ok ? [object.value] : [];
}
