/**
 * Computes the inventory (the kinds and namespaces of the instance's objects) as far as it is known before
 * any node of a pass runs. The first patch of the instance records this inventory.
 */
import { isObject, type KubeObject } from "../api/mod.ts";
import type { Field, Graph, Node } from "../graph/mod.ts";
import { combinations, dimensions } from "./expand.ts";
import { addObject, type Inventory } from "./inventory.ts";
import type { Scope } from "./scope.ts";

/**
 * Returns the kinds and namespaces of all nodes that are certain to have objects.
 *
 * A node is left out if its includeWhen or forEach reads other nodes. The kind of such a node is added when
 * the node runs. If the kind were added before, a pass that skips the node would write the inventory twice:
 * first with the kind, and then without the kind.
 *
 * @param limit The maximum number of objects that one forEach may expand to.
 */
export function plannedInventory(
  graph: Graph,
  instance: KubeObject,
  scope: Scope,
  limit: number,
): Inventory {
  const inventory = { kinds: new Set<string>(), namespaces: new Set<string>() };
  const undecided = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (!isCertain(node, scope) || node.dependencies.some((id) => undecided.has(id))) {
      undecided.add(node.id);
    } else if (node.type === "resource") {
      addObject(inventory, node.kind, namespaceOf(node, scope, {}), instance);
    } else if (node.type === "collection" && node.forEach.every((d) => d.list.nodes.length === 0)) {
      const found = dimensions(node, scope, limit);
      if (!found.ok || found.value.some(({ values }) => values.length === 0)) continue;
      // All objects of a collection have the same namespace, unless the expression of the namespace reads a
      // forEach iterator.
      const items = readsIterators(namespaceField(node), node) ? combinations(found.value) : [{}];
      for (const item of items) {
        addObject(inventory, node.kind, namespaceOf(node, scope, item), instance);
      }
    }
  }
  return inventory;
}

function isCertain(node: Node, scope: Scope): boolean {
  return node.includeWhen.every((expression) => {
    if (expression.nodes.length > 0) return false;
    const result = scope.evaluate(expression);
    return result.ok && result.value === true;
  });
}

function namespaceOf(
  node: Node,
  scope: Scope,
  item: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!node.kind.namespaced) return undefined;
  const field = namespaceField(node);
  if (!field) {
    const metadata = node.template.metadata;
    const namespace = isObject(metadata) ? metadata.namespace : undefined;
    return typeof namespace === "string" ? namespace : undefined;
  }
  if (field.expression.nodes.length > 0) return undefined;
  const result = scope.evaluate(field.expression, item);
  return result.ok && typeof result.value === "string" ? result.value : undefined;
}

function namespaceField(node: Node): Field | undefined {
  return node.fields.find((f) => f.path.join("/") === "metadata/namespace");
}

function readsIterators(field: Field | undefined, node: Node): boolean {
  const references = field?.expression.program.references ?? [];
  return node.forEach.some(({ variable }) => references.includes(variable));
}
