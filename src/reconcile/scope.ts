/** Evaluates expressions over the instance and the live objects of nodes; converts between JSON and CEL. */
import type { Json, JsonObject, KubeObject } from "../api/mod.ts";
import { type CelFailure, fromCel, PassBudget, rawToCel, toCel } from "../cel/mod.ts";
import type { Expression, Graph } from "../graph/mod.ts";

/** The value as JSON, undefined for `omit()`; or a failure, with code `pending` if data is missing yet. */
export type Evaluated =
  | { ok: true; value: Json | undefined }
  | { ok: false; pending: boolean; message: string };

/** The variables of a pass's expressions: `schema`, and the nodes observed so far. */
export class Scope {
  readonly #variables = new Map<string, unknown>();
  readonly #graph: Graph;

  /** Binds `schema` to the instance without its status. The budget limits the whole pass. */
  constructor(graph: Graph, instance: KubeObject, readonly budget: PassBudget = new PassBudget()) {
    const { status: _, ...rest } = instance;
    this.#graph = graph;
    this.#variables.set("schema", toCel(rest as JsonObject, graph.instance.celType));
  }

  /** Binds the node's id to its live objects: a list for collections, otherwise the first object. */
  observe(id: string, objects: readonly KubeObject[]): void {
    const node = this.#graph.nodes.get(id)!;
    const isList = node.type === "collection" || node.type === "externalCollection";
    const json = (isList ? [...objects] : objects[0]) as unknown as Json;
    this.#variables.set(id, toCel(json, node.celType));
  }

  /** True when the node was observed. */
  sees(id: string): boolean {
    return this.#variables.has(id);
  }

  /** The variables that the expression reads; variables in `more` take precedence. */
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

  /** Evaluates the expression to JSON; `more` adds variables such as iterators. */
  evaluate(expression: Expression, more: Readonly<Record<string, unknown>> = {}): Evaluated {
    return evaluate(expression, this.variables(expression, more), this.budget);
  }
}

/** Evaluates the expression with these variables only. */
export function evaluate(
  expression: Expression,
  variables: Readonly<Record<string, unknown>>,
  budget: PassBudget,
): Evaluated {
  const result = expression.program.evaluate(variables, budget);
  if (!result.ok) return failed("eval", expression, result.failure);
  const json = fromCel(result.value);
  return json.ok ? json : failed("convert", expression, json.failure);
}

/** Converts JSON to a CEL value without a declared type, as iterators and readyWhen use. */
export function raw(json: unknown): unknown {
  return rawToCel(json as Json);
}

/** The expression as messages show it: as written; a single expression without its `${}`. */
export function expressionText(expression: Expression): string {
  const { source, program } = expression;
  return source === `\${${program.source}}` ? program.source : source;
}

function failed(verb: string, expression: Expression, failure: CelFailure): Evaluated {
  return {
    ok: false,
    pending: failure.code === "pending",
    message: `${verb} "${expressionText(expression)}": ${failure.message}`,
  };
}
