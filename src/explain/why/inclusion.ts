/** Explains why the objects of a node exist or do not exist: includeWhen, forEach, and dependencies. */
import type { Node } from "../../graph/mod.ts";
import type { NodeOutcome } from "../../reconcile/mod.ts";
import type { Facts } from "./facts.ts";
import { isHiddenExpression } from "./hidden.ts";
import { type Explanation, explanation, type Observation } from "./model.ts";
import { expressionOf, failure, inputs, shownValue } from "./values.ts";

/** Explains why a node is included or skipped. */
export function inclusion(facts: Facts, node: Node): Explanation[] {
  const skipped = node.dependencies.filter((id) => stateOf(facts, id) === "Skipped");
  if (skipped.length > 0) {
    return skipped.map((id) => {
      const text = `node "${node.id}" reads node "${id}", which is skipped`;
      return explanation("node", text, {
        node: id,
        state: "Skipped",
        because: inclusion(facts, facts.node(id)),
      });
    });
  }
  return node.includeWhen.map((expression) => {
    const answer = facts.evaluate(expression);
    const because = inputs(facts, expression, { reader: node });
    if (!answer.ok) because.push(failure(answer));
    const result = answer.ok ? `is ${shownValue(answer.value)}` : "cannot be evaluated";
    return explanation("expression", `includeWhen ${expressionOf(expression)} ${result}`, {
      node: node.id,
      expression: expression.source,
      because,
    });
  });
}

/** Explains the lists that the forEach of a node iterates over. */
export function iteration(facts: Facts, node: Node): Explanation[] {
  return node.forEach.map(({ variable, list }) => {
    const answer = facts.evaluate(list);
    const because = inputs(facts, list, { reader: node });
    if (!answer.ok) because.push(failure(answer));
    const values = answer.ok && Array.isArray(answer.value) ? answer.value : undefined;
    const count = values === undefined
      ? "cannot be evaluated"
      : `has ${values.length} element${values.length === 1 ? "" : "s"}`;
    const shown = values && !isHiddenExpression(facts, list) ? `: ${shownValue(values)}` : "";
    return explanation(
      "expression",
      `forEach ${variable} in ${expressionOf(list)} ${count}${shown}`,
      {
        node: node.id,
        expression: list.source,
        because,
      },
    );
  });
}

/** Returns the state of a node; undefined when the pass did not run the node. */
export function stateOf({ observation }: Facts, id: string): string | undefined {
  const outcome = observation.nodes.find((node) => node.id === id);
  return outcome && shownState(observation, outcome);
}

/**
 * Returns the state of a node as explanations show it. If the cluster lacks objects of the node, the state is
 * `Missing` instead of `Failed`: a pass that only reads fails when it would create an object.
 */
export function shownState(
  { missing, unreadable }: Pick<Observation, "missing" | "unreadable">,
  { id, state }: NodeOutcome,
): string {
  const isMissing = state === "Failed" && (missing?.get(id)?.length ?? 0) > 0 &&
    unreadable?.get(id) === undefined;
  return isMissing ? "Missing" : state;
}
