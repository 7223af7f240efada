/// <reference lib="dom" />
/** The view of one instance: the drawing with the state of each node, and a panel with the causes. */
import { graphLink, link, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Age, healthTone, Mark, Notice } from "../marks.tsx";
import type { GraphView, InstanceView } from "../types.ts";
import { select } from "./graph_drawing.tsx";
import { WholePanel } from "./instance_panel.tsx";
import { Nested } from "./nested.tsx";
import { NodePanel } from "./node_panel.tsx";
import { NodeStates, rowsOf } from "./node_states.tsx";
import { Fact } from "./parts.tsx";

/** The view of an instance; `-` is the namespace of a cluster-scoped instance. */
export function InstancePage(
  { graph: graphName, namespace, name }: { graph: string; namespace: string; name: string },
) {
  const { query } = useAddress();
  const at = `/graphs/${encodeURIComponent(graphName)}`;
  const { data: graph } = useAnswer<GraphView>(at);
  const path = `${at}/instances/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const { data: instance, error } = useAnswer<InstanceView>(path);
  if (error?.status === 404) {
    return (
      <Notice title={`The instance ${name} does not exist`}>
        It may have been deleted. See the{" "}
        <a href={graphLink(graphName, { tab: "instances" })}>other instances</a>.
      </Notice>
    );
  }
  if (!graph || !instance) return <p class="muted">Loading…</p>;
  const rows = rowsOf(graph, instance);
  const chosen = rows.find(({ node }) => node.id === query.node);
  return (
    <div class="view">
      <div class="title">
        <h1>{name}</h1>
        <Mark tone={healthTone(instance.health)}>{instance.health}</Mark>
        <dl class="facts">
          <Fact name="State">{instance.state || "none yet"}</Fact>
          {instance.namespace && <Fact name="Namespace">{instance.namespace}</Fact>}
          <Fact name="Kind">{graph.serves.kind}</Fact>
          <Fact name="Last pass">
            <Age since={instance.lastPass} />
          </Fact>
        </dl>
        <a href={link(["graphs", graphName, "compare"], { a: `${namespace}/${name}` })}>Compare</a>
      </div>
      <div class="split">
        <div>
          <NodeStates
            label={`Instance ${name}`}
            graph={graph}
            rows={rows}
            chosen={query.node}
            edge={query.edge}
            choose={(node) => select({ node })}
          />
          {chosen && <Nested row={chosen} path={(query.inner ?? "").split("/")} depth={0} />}
        </div>
        {chosen
          ? <NodePanel key={chosen.node.id} row={chosen} path={path} object={query.object} />
          : <WholePanel instance={instance} path={path} />}
      </div>
    </div>
  );
}
