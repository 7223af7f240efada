/** Computes the layout of drawings: layers of nodes from left to right. */
import { Graph, layout } from "@dagrejs/dagre";
import type { Drawing, DrawnNode } from "./drawing.ts";

/** A node with its position; `x` and `y` are the coordinates of its center. */
export interface PlacedNode extends DrawnNode {
  /** The horizontal coordinate of the node's center, in pixels. */
  x: number;
  /** The vertical coordinate of the node's center, in pixels. */
  y: number;
  /** The width of the node, in pixels. */
  width: number;
  /** The height of the node, in pixels. */
  height: number;
}

/** A point of an edge, in pixels. */
export interface Point {
  /** The horizontal coordinate. */
  x: number;
  /** The vertical coordinate. */
  y: number;
}

/** A drawing with the positions of its nodes and edges. */
export interface Layout {
  /** The width of the whole drawing, in pixels. */
  width: number;
  /** The height of the whole drawing, in pixels. */
  height: number;
  /** The nodes with their positions. */
  nodes: PlacedNode[];
  /** The edges, each with the points of its line from its source to its target. */
  edges: { from: string; to: string; points: Point[] }[];
}

/** The approximate width of a character, in pixels, for a font size of 13 pixels. */
const CHARACTER = 7.6;
const PADDING = 24;
const HEIGHT = 48;
const MARGIN = 12;

/**
 * Places the nodes in layers with the library dagre, so that each node is to the right of the nodes that it
 * depends on.
 */
export function layoutOf({ nodes, edges }: Drawing): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", marginx: MARGIN, marginy: MARGIN, nodesep: 20, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, kind } of nodes) {
    const width = Math.round(Math.max(id.length, kind.length) * CHARACTER) + PADDING;
    graph.setNode(id, { width, height: HEIGHT });
  }
  for (const { from, to } of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(Math.max(width, 2 * MARGIN)),
    height: Math.ceil(Math.max(height, 2 * MARGIN)),
    nodes: nodes.map((node) => ({
      ...node,
      ...graph.node(node.id) as Omit<PlacedNode, keyof DrawnNode>,
    })),
    edges: edges.map((edge) => {
      const { points = [] } = graph.edge(edge.from, edge.to) as { points?: Point[] };
      return { ...edge, points };
    }),
  };
}
