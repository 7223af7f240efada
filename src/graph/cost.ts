/**
 * Estimates the cost of a graph: of each expression and of a whole pass, which is one reconciliation of one
 * instance.
 */
import { COST_LIMITS, type CostEstimate, type CostLimits } from "../cel/mod.ts";
import { rootOf } from "./read_node.ts";
import { below } from "./template.ts";
import type { Expression, Graph, Node } from "./types.ts";

/** The estimated cost of one expression. */
export interface ExpressionCost {
  /** The id of the node to which the expression belongs; absent for an expression of the status. */
  readonly node?: string;
  /** The path of the expression, relative to the node or to `spec`, as in {@link Problem}. */
  readonly path: string;
  /** The expression as its author wrote it. */
  readonly expression: string;
  /** The estimated cost of one evaluation of the expression. */
  readonly cost: CostEstimate;
}

/** The estimated costs of a graph. */
export interface GraphCost {
  /** The costs of all expressions: first the expressions of each node, then the expressions of the status. */
  readonly expressions: readonly ExpressionCost[];
  /**
   * The cost of a whole pass over an instance. The maximum counts an expression of a collection once for
   * each object that a forEach may create. The minimum assumes that collections are empty and that nodes
   * with includeWhen are excluded.
   */
  readonly pass: CostEstimate;
}

/**
 * The maximum number of objects that one forEach may create by default. The flag `--rgd-max-collection-size`
 * changes the limit.
 */
export const MAX_COLLECTION_SIZE = 1000;

/** The minimum and the maximum number of evaluations of an expression in one pass. */
interface Times {
  readonly min: number;
  readonly max: number;
}

/**
 * Estimates the costs of a graph from its expressions and schemas.
 *
 * @example
 * ```ts
 * import type { Graph } from "./mod.ts";
 * import { dearExpressions, graphCost } from "./mod.ts";
 *
 * function warnings(graph: Graph): string[] {
 *   return dearExpressions(graphCost(graph)).map((e) => `${e.path} may cost ${e.cost.max} units`);
 * }
 * ```
 *
 * @param maxCollectionSize The maximum number of objects that one forEach may create
 * (`--rgd-max-collection-size`).
 */
export function graphCost(graph: Graph, maxCollectionSize = MAX_COLLECTION_SIZE): GraphCost {
  const expressions: ExpressionCost[] = [];
  let [min, max] = [0, 0];
  const add = (path: string, { source, program }: Expression, times: Times, node?: Node) => {
    const { cost } = program;
    expressions.push({ ...(node ? { node: node.id } : {}), path, expression: source, cost });
    min += cost.min * times.min;
    max += cost.max * times.max;
  };
  for (const node of graph.nodes.values()) {
    const isList = node.type === "collection" || node.type === "externalCollection";
    const objects = isList ? maxCollectionSize : 1;
    const least = isList || node.includeWhen.length > 0 ? 0 : 1;
    node.includeWhen.forEach((e, i) => add(`includeWhen[${i}]`, e, { min: 0, max: 2 }, node));
    node.forEach.forEach(({ variable, list }, i) =>
      add(`forEach[${i}].${variable}`, list, { min: 0, max: 2 }, node)
    );
    const root = rootOf(node.type);
    for (const { path, expression } of node.fields) {
      // The name and the namespace of an object are evaluated up to two times: first for the inventory of the
      // instance, which is written before the object, and then for the object itself.
      const often = path[0] === "metadata" && path.length === 2 ? 2 : 1;
      add(below(root, path), expression, { min: least, max: often * objects }, node);
    }
    node.readyWhen.forEach((e, i) => add(`readyWhen[${i}]`, e, { min: 0, max: objects }, node));
  }
  const once = { min: 0, max: 1 };
  for (const { path, expression } of graph.status.fields) {
    add(below("schema.status", path), expression, once);
  }
  graph.status.conditions.forEach((e, i) => add(`schema.status.conditions[${i}]`, e, once));
  return { expressions, pass: { min, max } };
}

/** Returns the expressions whose maximum cost exceeds the cost limit for one evaluation. */
export function dearExpressions(
  cost: GraphCost,
  limits: CostLimits = COST_LIMITS,
): readonly ExpressionCost[] {
  return cost.expressions.filter((each) => each.cost.max > limits.expression);
}
