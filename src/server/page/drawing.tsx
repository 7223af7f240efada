/// <reference lib="dom" />
/** Draws a graph as SVG, with keyboard control. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type DrawnNode, type Edge, MAX_CHARACTERS, type Placed, placesOf } from "./layout.ts";
import { shapeOf, type Tone } from "./marks.tsx";

/** The properties of {@link Drawing}. */
export interface DrawingProps {
  /** The name of the drawing for screen readers. */
  readonly label: string;
  /** The nodes. */
  readonly nodes: readonly DrawnNode[];
  /** The edges. */
  readonly edges: readonly Edge[];
  /** The id of the selected node. */
  readonly node?: string;
  /** The selected edge, as `from` and `to` with a space between them. */
  readonly edge?: string;
  /** Called when the reader selects a node or an edge. */
  readonly select: (chosen: { node?: string; edge?: string }) => void;
}

/** The radius of the corners of each type of node, in pixels. */
const RADIUS: Readonly<Record<string, number>> = { external: 22, externalCollection: 22 };

/** The smallest zoom at which labels are legible; a drawing starts with at least this zoom. */
const LEGIBLE = 0.75;
/** The smallest zoom that the reader can choose. */
const SMALLEST = 0.1;

/** The drawing of a graph. Arrow keys move the selection to another node, and Esc clears the selection. */
export function Drawing({ label, nodes, edges, node, edge, select }: DrawingProps) {
  const structure = JSON.stringify([nodes.map(({ id, kind, note }) => [id, kind, !!note]), edges]);
  const places = useMemo(() => placesOf(nodes, edges), [structure]);
  const [zoom, setZoom] = useState(1);
  const frame = useRef<HTMLDivElement>(null);
  const fit = (least: number) => {
    const width = frame.current?.clientWidth ?? places.width;
    setZoom(Math.max(least, Math.min(1, (width - 4) / places.width)));
  };
  useEffect(() => fit(LEGIBLE), [structure]);
  useEffect(() => {
    const shown = frame.current?.querySelector<SVGGElement>(".node.chosen") ??
      frame.current?.querySelector<SVGGElement>(".node");
    if (frame.current && shown) reveal(frame.current, shown);
  }, [node, structure, zoom]);
  const move = (event: KeyboardEvent, from: string) => {
    if (event.key === "Enter" || event.key === " ") select({ node: from });
    const next = neighbor(event.key, from, places.nodes, edges);
    if (next === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (next === undefined) return;
    select({ node: next });
    const target = [...frame.current?.querySelectorAll<SVGGElement>(".node") ?? []]
      .find(({ dataset }) => dataset.id === next);
    target?.focus();
  };
  const isStop = (id: string, at: number) => id === node || (node === undefined && at === 0);
  return (
    <div class="drawing">
      <div class="zoom">
        <Legend nodes={nodes} />
        <button
          type="button"
          aria-label="Zoom out"
          onClick={() => setZoom(Math.max(SMALLEST, zoom / 1.25))}
        >
          −
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          onClick={() => setZoom(Math.min(2, zoom * 1.25))}
        >
          +
        </button>
        <button type="button" onClick={() => fit(SMALLEST)}>Fit</button>
      </div>
      <div
        class="canvas"
        ref={frame}
        tabindex={0}
        role="region"
        aria-label={`${label}, scrollable`}
      >
        <svg
          width={Math.ceil(places.width * zoom)}
          height={Math.ceil(places.height * zoom)}
          viewBox={`0 0 ${places.width} ${places.height}`}
          role="group"
          aria-label={label}
        >
          <defs>
            <Arrow id="arrow" />
            <Arrow id="arrow-near" />
          </defs>
          {edges.map(({ from, to }) => {
            const key = `${from} ${to}`;
            const isNear = key === edge || from === node || to === node;
            return (
              <g
                key={`edge ${key}`}
                class={isNear ? "edge near" : "edge"}
                onClick={() => select({ edge: key })}
              >
                <path
                  class="line"
                  d={places.edges.get(key)}
                  marker-end={isNear ? "url(#arrow-near)" : "url(#arrow)"}
                />
                <path class="hit" d={places.edges.get(key)}>
                  <title>{`${to} reads ${from}`}</title>
                </path>
              </g>
            );
          })}
          {nodes.map((each, i) => {
            const place = places.nodes.get(each.id);
            return place && (
              <Box
                key={`node ${each.id}`}
                node={each}
                place={place}
                isChosen={each.id === node}
                isStop={isStop(each.id, i)}
                choose={() => select({ node: each.id })}
                press={(event) => move(event, each.id)}
              />
            );
          })}
        </svg>
      </div>
    </div>
  );
}

function Arrow({ id }: { id: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="8"
      refY="4"
      markerWidth="8"
      markerHeight="8"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0,0L8,4L0,8z" class={id} />
    </marker>
  );
}

/** Scrolls the frame, but not the page, until the node is visible. */
function reveal(frame: HTMLElement, node: SVGGElement): void {
  const outer = frame.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  if (inner.left < outer.left || inner.right > outer.right) {
    frame.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  }
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    frame.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  }
}

/** Explains the shapes that occur in the drawing, other than that of a resource. */
function Legend({ nodes }: { nodes: readonly DrawnNode[] }) {
  const has = (type: string) => nodes.some((node) => node.type.startsWith(type));
  const isMany = has("collection") || has("externalCollection");
  return (
    <ul class="legend" aria-label="Legend">
      {isMany && (
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="box" x="4" y="4" width="17" height="9" rx="2" />
            <rect class="box" x="1" y="1" width="17" height="9" rx="2" />
          </svg>
          collection
        </li>
      )}
      {has("external") && (
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="box" x="1" y="1" width="20" height="12" rx="6" />
          </svg>
          external
        </li>
      )}
      {nodes.some(({ isConditional }) => isConditional) && (
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="box dashed" x="1" y="1" width="20" height="12" rx="2" />
          </svg>
          conditional
        </li>
      )}
    </ul>
  );
}

interface BoxProps {
  readonly node: DrawnNode;
  readonly place: Placed;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  readonly choose: () => void;
  readonly press: (event: KeyboardEvent) => void;
}

function Box({ node, place: { x, y, width, height }, isChosen, isStop, choose, press }: BoxProps) {
  const { id, kind, type, isConditional, note, tone } = node;
  const isMany = type === "collection" || type === "externalCollection";
  const name = [id, kind, type, isConditional && "conditional", note].filter(Boolean).join(", ");
  const classes = ["node", tone, isConditional && "conditional", isChosen && "chosen"];
  const radius = RADIUS[type] ?? 5;
  return (
    <g
      class={classes.filter(Boolean).join(" ")}
      transform={`translate(${Math.round(x)} ${Math.round(y)})`}
      role="button"
      tabindex={isStop ? 0 : -1}
      aria-pressed={isChosen ? "true" : "false"}
      data-id={id}
      onClick={choose}
      onKeyDown={press}
    >
      <title>{name}</title>
      {isMany && <rect class="behind" x={4} y={4} width={width} height={height} rx={radius} />}
      <rect class="box" width={width} height={height} rx={radius} />
      <text class="id" x={14} y={19}>{cut(id)}</text>
      <text class="kind" x={14} y={35}>{cut(kind)}</text>
      {note !== undefined && (
        <text class="note" x={14} y={51}>{`${shapeOf(tone as Tone)} ${cut(note)}`}</text>
      )}
    </g>
  );
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text;
}

/** Returns the node to which an arrow key leads; undefined for other keys and at the end of the drawing. */
function neighbor(
  key: string,
  from: string,
  places: ReadonlyMap<string, Placed>,
  edges: readonly Edge[],
): string | undefined {
  const own = places.get(from)!;
  const byDistance = (ids: string[]) =>
    ids.sort((a, b) => Math.abs(places.get(a)!.y - own.y) - Math.abs(places.get(b)!.y - own.y))[0];
  if (key === "ArrowRight") {
    return byDistance(edges.filter((edge) => edge.from === from).map(({ to }) => to));
  }
  if (key === "ArrowLeft") {
    return byDistance(edges.filter((edge) => edge.to === from).map((edge) => edge.from));
  }
  if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
  const sign = key === "ArrowDown" ? 1 : -1;
  const beyond = [...places].filter(([, { x, y, width }]) =>
    (y - own.y) * sign > 0 && x < own.x + own.width && own.x < x + width
  );
  return byDistance(beyond.map(([id]) => id));
}
