/// <reference lib="dom" />
/** The view of one graph. */
import { graphLink, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Mark, Notice, stateTone } from "../marks.tsx";
import type { DefinitionView, GraphView } from "../types.ts";
import { GraphDrawing } from "./graph_drawing.tsx";
import { Instances } from "./instances.tsx";
import { Conditions, Counts, Fact, range, Tabs } from "./parts.tsx";
import { Revisions } from "./revisions.tsx";
import { Rights } from "./rights.tsx";
import { SchemaTab } from "./schema.tsx";

/** The view of the graph with this name. The parameter `tab` of the address selects the tab. */
export function GraphPage({ graph: name }: { graph: string }) {
  const { query } = useAddress();
  const path = `/graphs/${encodeURIComponent(name)}`;
  const { data: graph, error } = useAnswer<GraphView>(path);
  const definition = useAnswer<DefinitionView>(`${path}/definition`);
  if (error?.status === 404) {
    return (
      <Notice title={`The graph ${name} does not exist`}>
        Its ResourceGraphDefinition may have been deleted.
      </Notice>
    );
  }
  if (!graph) return <p class="muted">Loading…</p>;
  const { serves, state, revision, cost, conditions } = graph;
  const problems = conditions.filter(({ status }) => status !== "True");
  const tab = query.tab ?? "graph";
  const tabs = [
    { id: "graph", title: "Graph" },
    { id: "instances", title: "Instances", count: graph.instances },
    { id: "problems", title: "Problems", count: problems.length },
    { id: "schema", title: "Schema" },
    { id: "revisions", title: "Revisions" },
    { id: "rights", title: "Rights" },
  ];
  return (
    <div class="view">
      <div class="title">
        <h1>{name}</h1>
        <Mark tone={stateTone(state)}>{state}</Mark>
        <Counts graph={name} health={graph.health} />
        <dl class="facts">
          <Fact name="Kind">
            {serves.kind} <span class="muted">{serves.apiVersion}</span>
          </Fact>
          <Fact name="Scope">{serves.namespaced ? "Namespaced" : "Cluster"}</Fact>
          <Fact name="Revision">{revision ?? "–"}</Fact>
          {cost && <Fact name="Cost of a pass">{range(cost)}</Fact>}
        </dl>
      </div>
      <Tabs
        tabs={tabs}
        current={tab}
        to={(id) => graphLink(name, { tab: id === "graph" ? "" : id })}
      />
      {tab === "graph" && <GraphDrawing graph={graph} definition={definition.data} />}
      {tab === "instances" && <Instances graph={graph} />}
      {tab === "problems" && (problems.length === 0
        ? <Notice title="No problems">All conditions of the graph are true.</Notice>
        : <Conditions items={problems} />)}
      {tab === "schema" && <SchemaTab answer={definition} />}
      {tab === "revisions" && <Revisions graph={name} current={revision} />}
      {tab === "rights" && <Rights graph={name} />}
    </div>
  );
}
