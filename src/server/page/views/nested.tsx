/// <reference lib="dom" />
/** Shows the objects of a node that are instances of other graphs, with their own nodes. */
import { instanceLink, setQuery } from "../address.ts";
import { useAnswer } from "../api.ts";
import { healthTone, Mark, Notice } from "../marks.tsx";
import type { GraphView, InstanceView, List } from "../types.ts";
import { NodeStates, type Row, rowsOf } from "./node_states.tsx";

/** The greatest number of nested instances that are unfolded for one node. */
const MAX_UNFOLDED = 5;

/** The properties of {@link Nested}. */
export interface NestedProps {
  /** The selected node. */
  readonly row: Row;
  /** The ids of the nodes that are selected in the nested drawings, from the outside to the inside. */
  readonly path: readonly string[];
  /** The number of drawings around this one. */
  readonly depth: number;
}

/** The nested instances of a node. Renders nothing if no graph defines the kind of the node's objects. */
export function Nested({ row: { node, outcome }, path, depth }: NestedProps) {
  const { data } = useAnswer<List<Pick<GraphView, "name" | "serves">>>(
    "/graphs?fields=name,serves",
  );
  const graph = data?.items.find(({ serves }) =>
    serves.kind === node.kind && groupOf(serves.apiVersion) === groupOf(node.apiVersion)
  );
  const objects = outcome?.objects ?? [];
  if (!graph || objects.length === 0) return null;
  return (
    <>
      {objects.slice(0, MAX_UNFOLDED).map(({ namespace = "", name }) => (
        <One
          key={`${namespace}/${name}`}
          at={{ graph: graph.name, namespace, name }}
          path={path}
          depth={depth}
        />
      ))}
      {objects.length > MAX_UNFOLDED && (
        <p class="muted">
          {`${objects.length - MAX_UNFOLDED} more instances of ${graph.name}`}
        </p>
      )}
    </>
  );
}

function One(
  { at, path, depth }: Pick<NestedProps, "path" | "depth"> & {
    at: { graph: string; namespace: string; name: string };
  },
) {
  const { graph: graphName, namespace, name } = at;
  const base = `/graphs/${encodeURIComponent(graphName)}`;
  const { data: graph } = useAnswer<GraphView>(base);
  const { data: instance, error } = useAnswer<InstanceView>(
    `${base}/instances/${encodeURIComponent(namespace || "-")}/${encodeURIComponent(name)}`,
  );
  if (error && !instance) {
    return <Notice title={`The instance ${name} cannot be read`}>{error.detail}</Notice>;
  }
  if (!graph || !instance) return <p class="muted">Loading…</p>;
  const rows = rowsOf(graph, instance);
  const chosen = rows.find(({ node }) => node.id === path[depth]);
  return (
    <section class="nested" aria-label={`${graphName} ${name}`}>
      <div class="bar">
        <h2>
          <a href={instanceLink(at)}>{name}</a> <span class="muted">{graphName}</span>
        </h2>
        <Mark tone={healthTone(instance.health)}>{instance.health}</Mark>
      </div>
      <NodeStates
        label={`Instance ${name}`}
        graph={graph}
        rows={rows}
        chosen={chosen?.node.id}
        choose={(node) =>
          setQuery({ inner: [...path.slice(0, depth), node].filter(Boolean).join("/") })}
      />
      {chosen?.outcome?.reason && <p class="cause">{chosen.outcome.reason}</p>}
      {chosen && <Nested row={chosen} path={path} depth={depth + 1} />}
    </section>
  );
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
}
