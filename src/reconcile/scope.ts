/**
 * Evaluates expressions that read the instance and the live objects of nodes. Converts values between JSON
 * and CEL.
 */
import { type Json, type JsonObject, type KubeObject, shortened } from "../api/mod.ts";
import { type CelFailure, fromCel, PassBudget, rawToCel, toCel } from "../cel/mod.ts";
import type { Expression, FieldPath, Graph } from "../graph/mod.ts";

/**
 * The result of an evaluation: a value (`ok: true`) or a failure (`ok: false`).
 *
 * - `value`: the value as JSON, or undefined when the expression returned `omit()`.
 * - `absent`: the paths at which the value contains null in place of `optional.none()`.
 * - `pending`: whether the expression failed because it reads data that does not exist yet.
 * - `fromInstance`: whether the missing data is a field of the instance.
 * - `message`: `expression` and `cause`, joined by a colon. `cause` may quote values.
 */
export type Evaluated =
  | { ok: true; value: Json | undefined; absent?: readonly FieldPath[] }
  | {
    ok: false;
    pending: boolean;
    fromInstance?: boolean;
    message: string;
    expression: string;
    cause: string;
  };

/**
 * The variables that the expressions of a pass read: `schema`, and one variable for each node observed so
 * far.
 */
export class Scope {
  readonly #variables = new Map<string, unknown>();
  readonly #graph: Graph;

  /**
   * Creates a scope in which the variable `schema` is the instance without its status. The budget limits
   * the CEL cost of the whole pass.
   */
  constructor(graph: Graph, instance: KubeObject, readonly budget: PassBudget = new PassBudget()) {
    const { status: _, ...rest } = instance;
    this.#graph = graph;
    this.#variables.set("schema", toCel(rest as JsonObject, graph.instance.celType));
  }

  /**
   * Sets the variable of a node to the node's live objects. The value is a list for a collection, and the
   * first object for any other node.
   */
  observe(id: string, objects: readonly KubeObject[]): void {
    const node = this.#graph.nodes.get(id)!;
    const isList = node.type === "collection" || node.type === "externalCollection";
    const json = (isList ? [...objects] : objects[0]) as unknown as Json;
    this.#variables.set(id, toCel(json, node.celType));
  }

  /** Returns the variables that the expression reads. Variables in `more` take precedence. */
  variables(
    expression: Expression,
    more: Readonly<Record<string, unknown>> = {},
  ): Record<string, unknown> {
    const variables: Record<string, unknown> = {};
    for (const name of expression.program.references) {
      if (Object.hasOwn(more, name)) variables[name] = more[name];
      else if (this.#variables.has(name)) variables[name] = this.#variables.get(name);
    }
    return variables;
  }

  /**
   * Evaluates the expression and converts the value to JSON.
   *
   * @param more Additional variables, such as the iterators of a forEach.
   */
  evaluate(expression: Expression, more: Readonly<Record<string, unknown>> = {}): Evaluated {
    return evaluate(expression, this.variables(expression, more), this.budget);
  }
}

/** Evaluates the expression with only the given variables, and converts the value to JSON. */
export function evaluate(
  expression: Expression,
  variables: Readonly<Record<string, unknown>>,
  budget: PassBudget,
): Evaluated {
  const result = expression.program.evaluate(variables, budget);
  if (!result.ok) return failed("eval", expression, result.failure);
  const json = fromCel(result.value, expression.bytes);
  return json.ok ? json : failed("convert", expression, json.failure);
}

/**
 * Converts JSON to a CEL value without a declared type. Iterators of forEach and the variable of readyWhen
 * have no declared type.
 */
export function raw(json: unknown): unknown {
  return rawToCel(json as Json);
}

/** The greatest length of an expression in a message, in characters. */
const MAX_EXPRESSION = 512;

/**
 * Returns the expression as messages show it, cut to {@link MAX_EXPRESSION}. A field that consists of one
 * expression is shown without the enclosing `${}`.
 */
export function expressionText(expression: Expression): string {
  const { source, program } = expression;
  return shortened(source === `\${${program.source}}` ? program.source : source, MAX_EXPRESSION);
}

/** The path of a missing field starts with this prefix if the field belongs to the instance. */
const INSTANCE = "schema.";

function failed(verb: string, expression: Expression, failure: CelFailure): Evaluated {
  const { code, missing } = failure;
  const pending = code === "pending";
  const ofInstance = pending && missing?.startsWith(INSTANCE)
    ? missing.slice(INSTANCE.length)
    : undefined;
  const why = ofInstance === undefined
    ? failure.message
    : `the instance does not give ${ofInstance}`;
  const text = `${verb} "${expressionText(expression)}"`;
  const message = `${text}: ${why}`;
  return {
    ok: false,
    pending,
    ...(ofInstance !== undefined && { fromInstance: true }),
    message,
    expression: text,
    cause: why,
  };
}
