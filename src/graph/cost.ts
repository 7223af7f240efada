/** What the expressions of a graph can cost, each and in a pass: told before there is any instance. */
import { COST_LIMITS, type CostEstimate, type CostLimits } from "../cel/mod.ts";
import { rootOf } from "./read_node.ts";
import { below } from "./template.ts";
import type { Expression, Graph, Node } from "./types.ts";

/** An expression and what one evaluation of it can cost. */
export interface ExpressionCost {
  /** Id of the node; absent for the status. */
  readonly node?: string;
  /** Path below the node or below `spec`, as problems have it. */
  readonly path: string;
  /** As its author wrote it. */
  readonly expression: string;
  /** One evaluation. */
  readonly cost: CostEstimate;
}

/** All expressions of a graph. */
export interface GraphCost {
  /** Node by node, then the status. */
  readonly expressions: readonly ExpressionCost[];
  /**
   * A whole pass: what is evaluated for each object of a collection counts as often as a forEach may make
   * objects. At least, it makes none, and nodes with includeWhen are left out.
   */
  readonly pass: CostEstimate;
}

/** How many objects a forEach may make unless `--rgd-max-collection-size` says otherwise. */
export const MAX_COLLECTION_SIZE = 1000;

/** How often a pass evaluates an expression. */
interface Times {
  readonly min: number;
  readonly max: number;
}

/** The estimate of a graph whose forEach nodes make at most `maxCollectionSize` objects each. */
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
      // What the pass needs to plan is evaluated once before.
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

/** The expressions whose worst case is beyond what one evaluation is granted. */
export function dearExpressions(
  cost: GraphCost,
  limits: CostLimits = COST_LIMITS,
): readonly ExpressionCost[] {
  return cost.expressions.filter((each) => each.cost.max > limits.expression);
}
