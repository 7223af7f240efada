/// <reference lib="dom" />
/** The drawing of a graph, with a table of its nodes and a panel for the selected node or edge. */
import { setQuery, useAddress } from "../address.ts";
import { Code, Yaml } from "../code.tsx";
import { Drawing } from "../drawing.tsx";
import type { DrawnNode, Edge } from "../layout.ts";
import { Notice } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { DefinitionView, GraphView, NodeView } from "../types.ts";
import { Panel, Part, range } from "./parts.tsx";

/** Returns the edges of a graph. */
export function edgesOf(nodes: readonly NodeView[]): Edge[] {
  return nodes.flatMap(({ id, dependencies }) => dependencies.map((from) => ({ from, to: id })));
}

/** Returns a node as the drawing shows it. */
export function drawn({ id, kind, type, expressions }: NodeView): DrawnNode {
  const isConditional = expressions.some(({ path }) => path.startsWith("includeWhen["));
  return { id, kind, type, isConditional };
}

/** The words for the types of nodes. */
export const TYPES: Readonly<Record<string, string>> = {
  resource: "resource",
  collection: "collection",
  external: "external object",
  externalCollection: "external objects",
};

/** Selects a node or an edge in the address. */
export function select({ node, edge }: { node?: string; edge?: string }): void {
  setQuery({ node, edge, object: undefined, why: undefined, inner: undefined });
}

const COLUMNS: readonly Column<NodeView>[] = [
  {
    title: "Node",
    cell: ({ id }) => (
      <button type="button" class="link" onClick={() => select({ node: id })}>{id}</button>
    ),
  },
  { title: "Kind", isMinor: true, cell: ({ kind }) => kind },
  {
    title: "Type",
    isMinor: true,
    cell: (node) => TYPES[node.type] + (drawn(node).isConditional ? ", conditional" : ""),
  },
  {
    title: "Reads",
    isWide: true,
    cell: ({ id, dependencies }) =>
      dependencies.map((from, i) => (
        <span key={from}>
          {i > 0 && ", "}
          <button type="button" class="link" onClick={() => select({ edge: `${from} ${id}` })}>
            {from}
          </button>
        </span>
      )),
  },
  {
    title: "Expressions",
    isMinor: true,
    isNumber: true,
    cell: ({ expressions }) => expressions.length,
  },
];

/** The drawing with its table and its panel. */
export function GraphDrawing(
  { graph, definition }: { graph: GraphView; definition?: DefinitionView },
) {
  const { query: { node, edge } } = useAddress();
  const { nodes } = graph;
  if (nodes.length === 0) {
    return (
      <Notice title="This graph has no nodes">
        Its RGD does not compile, or declares no resources. The tab Problems names the cause.
      </Notice>
    );
  }
  const [from, to] = edge?.split(" ") ?? [];
  const chosen = nodes.find(({ id }) => id === (node ?? to));
  return (
    <div class="split">
      <div>
        <Drawing
          label={`Graph ${graph.name}`}
          nodes={nodes.map(drawn)}
          edges={edgesOf(nodes)}
          node={node}
          edge={edge}
          select={select}
        />
        <Rows
          label="Nodes"
          columns={COLUMNS}
          items={nodes}
          keyOf={({ id }) => id}
          isCurrent={({ id }) => id === node}
        />
      </div>
      {chosen && edge && from && <EdgePanel from={from} node={chosen} />}
      {chosen && !edge && <NodePanel node={chosen} nodes={nodes} definition={definition} />}
      {!chosen && (
        <Panel title="Selection">
          <p class="muted">
            Select a node to see its template, or an edge to see the expressions behind it.
          </p>
        </Panel>
      )}
    </div>
  );
}

function EdgePanel({ from, node }: { from: string; node: NodeView }) {
  const reading = node.expressions.filter(({ reads }) => reads.includes(from));
  return (
    <Panel title={`${node.id} reads ${from}`} close={() => select({})}>
      <p class="muted">
        {`${node.id} waits for ${from}, because of ${
          reading.length === 1 ? "this expression" : "these expressions"
        }:`}
      </p>
      {reading.map(({ path, expression }) => (
        <Part key={path} title={path}>
          <Code text={expression} reads={from} />
        </Part>
      ))}
    </Panel>
  );
}

/** The definition of a node. */
export function NodePanel(
  { node, nodes, definition }: {
    node: NodeView;
    nodes: readonly NodeView[];
    definition?: DefinitionView;
  },
) {
  const { id, kind, apiVersion, dependencies, expressions } = node;
  const defined = definition?.nodes.find((each) => each.id === id);
  const readers = nodes.filter((each) => each.dependencies.includes(id)).map((each) => each.id);
  const list = (ids: readonly string[]) =>
    ids.map((each) => (
      <button
        type="button"
        key={each}
        class="link"
        onClick={() => select({ node: each })}
      >
        {each}
      </button>
    ));
  const cost = expressions.reduce(
    (sum, each) => ({ min: sum.min + each.cost.min, max: sum.max + each.cost.max }),
    { min: 0, max: 0 },
  );
  return (
    <Panel title={id} close={() => select({})}>
      <dl class="facts">
        <dt>Kind</dt>
        <dd>
          {kind} <span class="muted">{apiVersion}</span>
        </dd>
        <dt>Type</dt>
        <dd>{TYPES[node.type]}</dd>
        <dt>Cost estimate</dt>
        <dd>{range(cost)}</dd>
        {dependencies.length > 0 && <dt>Reads</dt>}
        {dependencies.length > 0 && <dd class="list">{list(dependencies)}</dd>}
        {readers.length > 0 && <dt>Read by</dt>}
        {readers.length > 0 && <dd class="list">{list(readers)}</dd>}
      </dl>
      {defined && defined.forEach.length > 0 && (
        <Part title="forEach">
          {defined.forEach.map(({ variable, expression }) => (
            <Code key={variable} text={`${variable}: ${expression}`} />
          ))}
        </Part>
      )}
      {defined && defined.includeWhen.length > 0 && (
        <Part title="includeWhen">
          {defined.includeWhen.map((each) => <Code key={each} text={each} />)}
        </Part>
      )}
      {defined && defined.readyWhen.length > 0 && (
        <Part title="readyWhen">
          {defined.readyWhen.map((each) => <Code key={each} text={each} />)}
        </Part>
      )}
      {defined && (
        <Part title="Template">
          <Yaml value={defined.template} />
        </Part>
      )}
    </Panel>
  );
}
