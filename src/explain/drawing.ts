/** Draws graphs as Mermaid and Graphviz diagrams. */
import { groupKind } from "../api/mod.ts";
import type { Graph, NodeType } from "../graph/mod.ts";

/** A node of a drawing. */
export interface DrawnNode {
  /** The id of the node in the graph. */
  id: string;
  /** The kind of the node's objects, such as `Deployment.apps`. */
  kind: string;
  /** The type of the node. */
  type: NodeType;
  /** Whether the node has includeWhen, so that its objects may be absent. */
  isConditional: boolean;
}

/** A graph as a drawing shows it. */
export interface Drawing {
  /** The name of the RGD. */
  name: string;
  /** The nodes in topological order. */
  nodes: DrawnNode[];
  /** The dependencies: the node `to` reads the objects of the node `from`. */
  edges: { from: string; to: string }[];
}

/** The formats of drawings. */
export const DRAWING_FORMATS = ["mermaid", "dot", "svg"] as const;

/** A format of drawings. */
export type DrawingFormat = typeof DRAWING_FORMATS[number];

/** Returns the nodes of a graph and their dependencies. */
export function drawingOf(graph: Graph): Drawing {
  const nodes = [...graph.nodes.values()];
  return {
    name: graph.name,
    nodes: nodes.map(({ id, kind, type, includeWhen }) => ({
      id,
      kind: groupKind(kind),
      type,
      isConditional: includeWhen.length > 0,
    })),
    edges: nodes.flatMap(({ id, dependencies }) => dependencies.map((from) => ({ from, to: id }))),
  };
}

/** Formats a drawing as a Mermaid flowchart, which GitHub renders in Markdown. */
export function mermaid({ nodes, edges }: Drawing): string {
  const index = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  const shapes: Record<NodeType, [string, string]> = {
    resource: ["[", "]"],
    collection: ["[[", "]]"],
    external: ["([", "])"],
    externalCollection: ["([", "])"],
  };
  return [
    "flowchart LR",
    ...nodes.map(({ id, kind, type, isConditional }) => {
      const [open, close] = shapes[type];
      const style = isConditional ? ":::conditional" : "";
      return `  ${index.get(id)}${open}"<b>${id}</b><br/>${kind}"${close}${style}`;
    }),
    ...edges.map(({ from, to }) => `  ${index.get(from)} --> ${index.get(to)}`),
    ...nodes.some((node) => node.isConditional)
      ? ["  classDef conditional stroke-dasharray: 5 5"]
      : [],
  ].join("\n") + "\n";
}

/** Formats a drawing in Graphviz' language DOT. */
export function dot({ name, nodes, edges }: Drawing): string {
  const quoted = (text: string) => JSON.stringify(text);
  const shapes: Record<NodeType, string> = {
    resource: "box",
    collection: "box3d",
    external: "ellipse",
    externalCollection: "ellipse",
  };
  return [
    `digraph ${quoted(name)} {`,
    "  rankdir=LR;",
    '  node [fontname="sans-serif"];',
    ...nodes.map(({ id, kind, type, isConditional }) => {
      const style = isConditional ? ", style=dashed" : "";
      return `  ${quoted(id)} [label=${quoted(`${id}\n${kind}`)}, shape=${shapes[type]}${style}];`;
    }),
    ...edges.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)};`),
    "}",
  ].join("\n") + "\n";
}
