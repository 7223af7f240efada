/** Messages about nodes, without causes that may quote the value of a Secret. */
import { type ApiError, WITHHELD, withoutAnswer } from "../api/mod.ts";
import type { Expression, Graph } from "../graph/mod.ts";
import type { Evaluated } from "./scope.ts";

/** The message of a failed evaluation for the node. */
export function failureOf(
  { confidential }: { confidential: boolean },
  { message, expression }: Extract<Evaluated, { ok: false }>,
): string {
  return confidential ? `${expression}: ${WITHHELD}` : message;
}

/** The message of a failed request for the node. */
export function refusalOf({ confidential }: { confidential: boolean }, error: ApiError): string {
  return confidential ? withoutAnswer(error) : error.message;
}

/** Whether a message about the value of an expression of the status may quote the value of a Secret. */
export function ofExpression(graph: Graph, expression: Expression): { confidential: boolean } {
  const isConfidential = (id: string) => graph.nodes.get(id)?.confidential ?? false;
  return { confidential: expression.nodes.some(isConfidential) };
}
