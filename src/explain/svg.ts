/** Draws graphs as SVG. */
import type { NodeType } from "../graph/mod.ts";
import type { Drawing } from "./drawing.ts";
import type { PlacedNode, Point } from "./layout.ts";

/**
 * Draws a graph as an SVG document without scripts and external files. The colors follow the color scheme of
 * the reader. A collection has a second border, an external object has round ends, and a node with
 * includeWhen has a dashed border.
 */
export async function svg(drawing: Drawing): Promise<string> {
  // The library for layouts is loaded only here, because the controller never draws.
  const { layoutOf } = await import("./layout.ts");
  const { width, height, nodes, edges } = layoutOf(drawing);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(drawing.name)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" ' +
    'orient="auto"><path d="M0,0L8,4L0,8z" class="arrow"/></marker></defs>',
    ...edges.map(({ points }) =>
      `<path class="edge" d="${line(points)}" marker-end="url(#arrow)"/>`
    ),
    ...nodes.map(drawn),
    "</svg>",
  ].join("\n") + "\n";
}

const STYLE = "text{font:13px sans-serif;fill:#1f2328;text-anchor:middle}.kind{fill:#59636e}" +
  "rect{fill:#fff;stroke:#59636e}.edge{fill:none;stroke:#59636e}.arrow{fill:#59636e}" +
  ".conditional rect{stroke-dasharray:5 4}" +
  "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.kind{fill:#9198a1}rect{fill:#0d1117;stroke:#9198a1}" +
  ".edge{stroke:#9198a1}.arrow{fill:#9198a1}}";

/** The radius of the corners of each type of node, in pixels. */
const RADIUS: Record<NodeType, number> = {
  resource: 4,
  collection: 4,
  external: 24,
  externalCollection: 24,
};

function drawn(node: PlacedNode): string {
  const { id, kind, type, isConditional, x, y, width, height } = node;
  const box = (by: number) =>
    `<rect x="${number(x - width / 2 + by)}" y="${number(y - height / 2 + by)}" ` +
    `width="${number(width)}" height="${number(height)}" rx="${RADIUS[type]}"/>`;
  const isMany = type === "collection" || type === "externalCollection";
  return [
    `<g class="${isConditional ? `${type} conditional` : type}">`,
    isMany ? box(4) : "",
    box(0),
    `<text x="${number(x)}" y="${number(y - 4)}" font-weight="bold">${escaped(id)}</text>`,
    `<text class="kind" x="${number(x)}" y="${number(y + 14)}">${escaped(kind)}</text></g>`,
  ].join("");
}

function line(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${number(x)},${number(y)}`).join("");
}

/** Formats a coordinate with at most one decimal, so that drawings are equal on all machines. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
