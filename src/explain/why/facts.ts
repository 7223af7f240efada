/** Evaluates expressions of a graph with the values of an {@link Observation}. */
import type { Json, KubeObject } from "../../api/mod.ts";
import { fromCel, parse, type Reads, readsOf, unescapeName } from "../../cel/mod.ts";
import type { Expression, Node } from "../../graph/mod.ts";
import { raw, Scope } from "../../reconcile/mod.ts";
import type { Explanation, Observation } from "./model.ts";
import type { ReadPath } from "./path.ts";

/** The variable that stands for one object of a collection in the collection's readyWhen. */
export const EACH = "each";

/** A value that an expression reads. */
export interface Read {
  /** The name of the variable: `schema`, the id of a node, or an iterator of forEach. */
  variable: string;
  /** The path of the value below the variable; empty for the whole variable. */
  path: ReadPath;
}

/** The result of evaluating an expression. `missing` is the path of the value that does not exist. */
export type Answer =
  | { ok: true; value: Json | undefined }
  | { ok: false; message: string; pending: boolean; missing?: string };

/** Further variables of an expression, in addition to the instance and the nodes. */
export type Locals = Readonly<Record<string, Json>>;

/** Evaluates the expressions of a graph with the values of an observed instance and its objects. */
export class Facts {
  readonly #scope: Scope;
  /** The nodes and fields that the explanation already contains. A second mention is not explained again. */
  readonly seen: Set<string> = new Set();

  /**
   * Creates the variables of the expressions from the observed instance and objects.
   *
   * @param explain Returns the explanation why an object of the instance is not ready, if the object is
   * itself an instance of another graph.
   */
  constructor(
    readonly observation: Observation,
    readonly explain: (nested: Observation) => Explanation,
  ) {
    const { graph, instance, objects } = observation;
    this.#scope = new Scope(graph, instance);
    for (const node of graph.nodes.values()) {
      const live = objects.get(node.id);
      if (live && (live.length > 0 || isList(node))) this.#scope.observe(node.id, live);
    }
  }

  /** Returns the node with this id. The caller ensures that the graph has the node. */
  node(id: string): Node {
    return this.observation.graph.nodes.get(id)!;
  }

  /** Returns the live objects of a node; empty when the node has no objects. */
  objects(id: string): readonly KubeObject[] {
    return this.observation.objects.get(id) ?? [];
  }

  /** Evaluates an expression. */
  evaluate(expression: Expression, locals: Locals = {}): Answer {
    const more = Object.fromEntries(Object.entries(locals).map(([k, v]) => [k, raw(v)]));
    const variables = this.#scope.variables(expression, more);
    const result = expression.program.evaluate(variables, this.#scope.budget);
    if (!result.ok) {
      const { message, missing, code } = result.failure;
      return { ok: false, message, pending: code === "pending", missing };
    }
    const json = fromCel(result.value, expression.bytes);
    return json.ok
      ? { ok: true, value: json.value }
      : { ok: false, message: json.failure.message, pending: false };
  }

  /** Returns the JSON value of a variable; undefined when the variable has no value yet. */
  variable(name: string, locals: Locals = {}): unknown {
    if (Object.hasOwn(locals, name)) return locals[name];
    if (name === "schema") return this.observation.instance;
    const node = this.observation.graph.nodes.get(name);
    if (!node) return undefined;
    const objects = this.observation.objects.get(name);
    return isList(node) ? objects : objects?.[0];
  }
}

/** Reports whether expressions read the node as a list of objects. */
export function isList({ type }: Node): boolean {
  return type === "collection" || type === "externalCollection";
}

/** Returns the values that an expression reads, in the order of the variables' names. */
export function readsOfExpression({ program }: Expression): Read[] {
  const parsed = parse(program.source);
  if (!parsed.ok) return program.references.map((variable) => ({ variable, path: [] }));
  const found: Read[] = [];
  const collect = (variable: string, reads: Reads, path: ReadPath) => {
    if (reads === "whole" || reads.size === 0) return void found.push({ variable, path });
    for (const [name, below] of reads) {
      // If CEL must escape a name, `reads` has two entries for it: the escaped name, and the name as it is in
      // JSON. The escaped name is skipped.
      const isEscaped = (unescapeName(name) ?? name) !== name;
      if (!isEscaped) collect(variable, below, [...path, name]);
    }
  };
  const byName = [...readsOf(parsed.parsed)].sort(([a], [b]) => a < b ? -1 : 1);
  for (const [variable, reads] of byName) collect(variable, reads, []);
  return found;
}
