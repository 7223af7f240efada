/// <reference lib="dom" />
/** The nodes of an instance with their states, as a drawing and as a table. */
import { Drawing } from "../drawing.tsx";
import type { DrawnNode } from "../layout.ts";
import { Mark, Notice, stateTone } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { GraphView, InstanceView, NodeOutcome, NodeView } from "../types.ts";
import { drawn, edgesOf } from "./graph_drawing.tsx";

/** A node with its outcome, which is absent before the first pass that ran the nodes. */
export type Row = { node: NodeView; outcome?: NodeOutcome; isSuspended?: boolean };

function columnsOf(choose: (node: string) => void): readonly Column<Row>[] {
  return [
    {
      title: "Node",
      cell: ({ node }) => (
        <button
          type="button"
          class="link"
          onClick={() => choose(node.id)}
        >
          {node.id}
        </button>
      ),
    },
    { title: "State", cell: State },
    { title: "Cause", isWide: true, cell: ({ outcome }) => outcome?.reason ?? "" },
    { title: "Kind", isMinor: true, cell: ({ node }) => node.kind },
    {
      title: "Objects",
      isMinor: true,
      isNumber: true,
      cell: ({ outcome }) => outcome?.objects.length ?? 0,
    },
  ];
}

/** The state of a node. */
export function State({ outcome, isSuspended }: Pick<Row, "outcome" | "isSuspended">) {
  const tone = outcome ? stateTone(outcome.state) : "quiet";
  return <Mark tone={tone}>{stateText({ outcome, isSuspended })}</Mark>;
}

function stateText({ outcome, isSuspended }: Pick<Row, "outcome" | "isSuspended">): string {
  return outcome?.state ?? (isSuspended ? "suspended" : "not run");
}

function withState({ node, outcome, isSuspended }: Row): DrawnNode {
  const count = outcome && outcome.objects.length > 1 ? ` ×${outcome.objects.length}` : "";
  return {
    ...drawn(node),
    note: stateText({ outcome, isSuspended }) + count,
    tone: outcome ? stateTone(outcome.state) : "quiet",
  };
}

/** Returns the nodes of the graph with their results in the instance. */
export function rowsOf(graph: GraphView, instance: InstanceView): Row[] {
  const outcomes = new Map(instance.nodes.map((node) => [node.id, node]));
  const isSuspended = instance.health === "suspended";
  return graph.nodes.map((node) => ({ node, outcome: outcomes.get(node.id), isSuspended }));
}

/** The properties of {@link NodeStates}. */
export interface NodeStatesProps {
  /** The name of the drawing for screen readers. */
  readonly label: string;
  /** The graph. */
  readonly graph: GraphView;
  /** The nodes. */
  readonly rows: readonly Row[];
  /** The id of the selected node. */
  readonly chosen?: string;
  /** The selected edge, as `from` and `to` with a space between them. */
  readonly edge?: string;
  /** Called with the id of the node that the reader selects. */
  readonly choose: (node: string | undefined) => void;
}

/** The drawing and the table. */
export function NodeStates({ label, graph, rows, chosen, edge, choose }: NodeStatesProps) {
  if (rows.length === 0) {
    return (
      <Notice title="This graph has no nodes">
        Its RGD does not compile, or declares no resources.
      </Notice>
    );
  }
  return (
    <>
      <Drawing
        label={label}
        nodes={rows.map(withState)}
        edges={edgesOf(graph.nodes)}
        node={chosen}
        edge={edge}
        select={({ node }) => choose(node)}
      />
      <Rows
        label={`Nodes of ${label}`}
        columns={columnsOf(choose)}
        items={rows}
        keyOf={({ node }) => node.id}
        isCurrent={({ node }) => node.id === chosen}
      />
    </>
  );
}
