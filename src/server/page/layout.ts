/** Places the nodes of a drawing in layers, from left to right. */
import { Graph, layout } from "@dagrejs/dagre";

/** A node of a drawing. */
export interface DrawnNode {
  /** The id of the node. */
  readonly id: string;
  /** The second line of the node's text, such as the kind of its objects. */
  readonly kind: string;
  /** The type of the node: `resource`, `collection`, `external` or `externalCollection`. */
  readonly type: string;
  /** Whether the node has includeWhen. */
  readonly isConditional: boolean;
  /** The third line of the node's text, such as `Waiting`; absent in drawings without state. */
  readonly note?: string;
  /** The CSS class of the third line of the node's text, and of the node's border. */
  readonly tone?: string;
}

/** An edge: the node `to` reads the objects of the node `from`. */
export interface Edge {
  /** The id of the source. */
  readonly from: string;
  /** The id of the target. */
  readonly to: string;
}

/** A node with its place; `x` and `y` are the coordinates of its upper left corner, in pixels. */
export interface Placed {
  /** The horizontal coordinate. */
  readonly x: number;
  /** The vertical coordinate. */
  readonly y: number;
  /** The width. */
  readonly width: number;
  /** The height. */
  readonly height: number;
}

/** The size of a drawing, and the places of its nodes and edges. */
export interface Places {
  /** The width of the drawing, in pixels. */
  readonly width: number;
  /** The height of the drawing, in pixels. */
  readonly height: number;
  /** The places of the nodes by id. */
  readonly nodes: ReadonlyMap<string, Placed>;
  /** The SVG paths of the edges, by `from` and `to` with a space between them. */
  readonly edges: ReadonlyMap<string, string>;
}

/**
 * The width of most characters in the first line of a node, which is bold, and in its other lines, in pixels.
 */
const CHARACTER = { first: 8.6, other: 7.4 };
/** The maximum number of characters of a line. Longer lines end in an ellipsis. */
export const MAX_CHARACTERS = 30;

/** Returns the places of the nodes and edges. */
export function placesOf(nodes: readonly DrawnNode[], edges: readonly Edge[]): Places {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", marginx: 8, marginy: 8, nodesep: 14, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, kind, note } of nodes) {
    const line = (length: number, character: number) =>
      Math.min(length, MAX_CHARACTERS) * character;
    const other = Math.max(kind.length, note === undefined ? 0 : 14);
    const width = Math.max(line(id.length, CHARACTER.first), line(other, CHARACTER.other));
    graph.setNode(id, { width: Math.round(width) + 28, height: note === undefined ? 44 : 60 });
  }
  for (const { from, to } of edges) if (graph.hasNode(from)) graph.setEdge(from, to);
  layout(graph);
  const { width = 16, height = 16 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: new Map(nodes.map(({ id }) => {
      const { x, y, ...size } = graph.node(id) as unknown as Placed;
      return [id, { x: x - size.width / 2, y: y - size.height / 2, ...size }];
    })),
    edges: new Map(
      edges.filter(({ from }) => graph.hasNode(from)).map(({ from, to }) => {
        const { points = [] } = graph.edge(from, to) as { points?: { x: number; y: number }[] };
        return [`${from} ${to}`, curve(points)];
      }),
    ),
  };
}

/** Returns an SVG path through the points with rounded corners. */
function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  if (!first) return "";
  const last = rest.at(-1) ?? first;
  const middle = rest.slice(0, -1).map(({ x, y }, i) => {
    const next = rest[i + 1]!;
    return `Q${x},${y} ${Math.round((x + next.x) / 2)},${Math.round((y + next.y) / 2)}`;
  });
  return `M${first.x},${first.y}${middle.join("")}L${last.x},${last.y}`;
}
