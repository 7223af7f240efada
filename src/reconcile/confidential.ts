/**
 * Builds messages about failed graph nodes. If the cause of a failure may quote the value of a Secret, the
 * message leaves out the cause.
 */
import { type ApiError, WITHHELD, withoutAnswer } from "../api/mod.ts";
import type { Expression, Graph } from "../graph/mod.ts";
import type { Evaluated } from "./scope.ts";

/**
 * Returns the message of a failed evaluation. If `confidential` is true, the message does not contain the
 * cause.
 */
export function failureOf(
  { confidential }: { confidential: boolean },
  { message, expression }: Extract<Evaluated, { ok: false }>,
): string {
  return confidential ? `${expression}: ${WITHHELD}` : message;
}

/**
 * Returns the cause of a failed evaluation, without the expression. If `confidential` is true, returns a
 * placeholder instead of the cause.
 */
export function causeOf(
  { confidential }: { confidential: boolean },
  { cause }: Extract<Evaluated, { ok: false }>,
): string {
  return confidential ? WITHHELD : cause;
}

/**
 * Returns the message of a failed request. If `confidential` is true, the message does not quote the API
 * server.
 */
export function refusalOf({ confidential }: { confidential: boolean }, error: ApiError): string {
  return confidential ? withoutAnswer(error) : error.message;
}

/**
 * Returns `confidential: true` when the expression reads a confidential node, whose objects may contain the
 * value of a Secret. A message about the expression may then quote this value.
 */
export function ofExpression(graph: Graph, expression: Expression): { confidential: boolean } {
  const isConfidential = (id: string) => graph.nodes.get(id)?.confidential ?? false;
  return { confidential: expression.nodes.some(isConfidential) };
}
