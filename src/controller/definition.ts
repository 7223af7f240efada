/**
 * Builds the definition of a graph for the JSON API: the templates and expressions of its nodes, and the
 * fields of its instances.
 */
import { isObject, type Json, type JsonObject } from "../api/mod.ts";
import { type FieldRow, fieldRows, sampleYaml } from "../explain/mod.ts";
import type { Graph, Node } from "../graph/mod.ts";

/** The definition of a node. */
export interface NodeDefinition {
  /** The id of the node. */
  id: string;
  /** The object as the RGD declares it, with its expressions. Literal values of a Secret are hidden. */
  template: JsonObject;
  /** The dimensions of the node's forEach, outermost first; empty if the node has no forEach. */
  forEach: { variable: string; expression: string }[];
  /** The conditions that must all be true for the node's objects to be created. */
  includeWhen: string[];
  /** The conditions that must all be true for the node to be ready. */
  readyWhen: string[];
}

/** The definition of a graph, as the JSON API shows it. */
export interface DefinitionView {
  /** The name of the RGD that declares the graph. */
  graph: string;
  /** The nodes in topological order. */
  nodes: NodeDefinition[];
  /** The fields of an instance's `spec`. */
  spec: FieldRow[];
  /** The fields of an instance's `status`. */
  status: FieldRow[];
  /** A sample instance, as YAML with comments. */
  sample: string;
}

/** Returns the definition of the graph. */
export function definitionView(graph: Graph): DefinitionView {
  return {
    graph: graph.name,
    nodes: graph.order.map((id) => nodeDefinition(graph.nodes.get(id)!)),
    ...fieldRows(graph),
    sample: sampleYaml(graph),
  };
}

function nodeDefinition({ id, kind, template, ...node }: Node): NodeDefinition {
  const isSecret = kind.group === "" && kind.kind === "Secret";
  return {
    id,
    template: isSecret ? hiddenSecret(template) : template,
    forEach: node.forEach.map(({ variable, list }) => ({ variable, expression: list.source })),
    includeWhen: node.includeWhen.map(({ source }) => source),
    readyWhen: node.readyWhen.map(({ source }) => source),
  };
}

/**
 * Returns the template of a Secret without its literal values. Expressions stay, because they contain names
 * of fields instead of secret values.
 */
export function hiddenSecret(template: JsonObject): JsonObject {
  const hidden = ["data", "stringData"].filter((field) => Object.hasOwn(template, field))
    .map((field) => [field, withoutLiterals(template[field]!)]);
  return { ...template, ...Object.fromEntries(hidden) };
}

function withoutLiterals(values: Json): Json {
  if (!isObject(values)) return isExpression(values) ? values : HIDDEN;
  const shown = Object.entries(values).map(([key, value]) => [
    key,
    isExpression(value) ? value : HIDDEN,
  ]);
  return Object.fromEntries(shown);
}

/** The string that replaces a literal value. */
const HIDDEN = "hidden";

/**
 * Reports whether the value is one expression without a string literal and without text around it. The text
 * between two expressions is literal too, so the expression must contain no brace.
 */
function isExpression(value: unknown): boolean {
  return typeof value === "string" && /^\$\{[^"'{}]*\}$/.test(value);
}
