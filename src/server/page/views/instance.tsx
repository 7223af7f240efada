/// <reference lib="dom" />
/** The view of one instance: the drawing with the state of each node, and a panel with the causes. */
import { graphLink, link, setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Drawing } from "../drawing.tsx";
import type { DrawnNode } from "../layout.ts";
import { Age, healthTone, Mark, Notice, stateTone } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { GraphView, InstanceView, NodeOutcome, NodeView, ObjectOutcome } from "../types.ts";
import { drawn, edgesOf, select, TYPES } from "./graph_drawing.tsx";
import { Live } from "./live.tsx";
import { Conditions, Fact, Panel, Part } from "./parts.tsx";
import { Why } from "./why.tsx";

/** A node with its outcome, which is absent before the first pass. */
type Row = { node: NodeView; outcome?: NodeOutcome };

const COLUMNS: readonly Column<Row>[] = [
  {
    title: "Node",
    cell: ({ node }) => (
      <button
        type="button"
        class="link"
        onClick={() => select({ node: node.id })}
      >
        {node.id}
      </button>
    ),
  },
  { title: "State", cell: ({ outcome }) => <State outcome={outcome} /> },
  { title: "Cause", isWide: true, cell: ({ outcome }) => outcome?.reason ?? "" },
  { title: "Kind", isMinor: true, cell: ({ node }) => node.kind },
  {
    title: "Objects",
    isMinor: true,
    isNumber: true,
    cell: ({ outcome }) => outcome?.objects.length ?? 0,
  },
];

function State({ outcome }: { outcome?: NodeOutcome }) {
  const state = outcome?.state ?? "Unknown";
  return <Mark tone={outcome ? stateTone(state) : "quiet"}>{outcome ? state : "not run"}</Mark>;
}

function withState({ node, outcome }: Row): DrawnNode {
  const count = outcome && outcome.objects.length > 1 ? ` ×${outcome.objects.length}` : "";
  return {
    ...drawn(node),
    note: (outcome?.state ?? "not run") + count,
    tone: outcome ? stateTone(outcome.state) : "quiet",
  };
}

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
  const outcomes = new Map(instance.nodes.map((node) => [node.id, node]));
  const rows = graph.nodes.map((node) => ({ node, outcome: outcomes.get(node.id) }));
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
          {rows.length === 0 && (
            <Notice title="This graph has no nodes">
              Its RGD does not compile, or declares no resources.
            </Notice>
          )}
          {rows.length > 0 && (
            <Drawing
              label={`Instance ${name}`}
              nodes={rows.map(withState)}
              edges={edgesOf(graph.nodes)}
              node={query.node}
              edge={query.edge}
              select={({ node }) => select({ node })}
            />
          )}
          {rows.length > 0 && (
            <Rows
              label="Nodes"
              columns={COLUMNS}
              items={rows}
              keyOf={({ node }) => node.id}
              isCurrent={({ node }) => node.id === query.node}
            />
          )}
        </div>
        {chosen
          ? <NodeState row={chosen} path={path} object={query.object} />
          : <Whole instance={instance} path={path} />}
      </div>
    </div>
  );
}

/** The panel of the whole instance: what it waits for, what blocks its deletion, and its conditions. */
function Whole({ instance, path }: { instance: InstanceView; path: string }) {
  const { health, nodes, conditions } = instance;
  const open = nodes.filter(({ state }) => !["Ready", "Skipped", "Deleting"].includes(state));
  const held = nodes.flatMap(({ objects }) => objects).filter(({ action }) =>
    action === "deleting"
  );
  const since = conditions.find(({ type, status }) => type === "Ready" && status !== "True")
    ?.lastTransitionTime;
  return (
    <Panel title="Instance">
      {health === "suspended" && (
        <p>
          kro does not reconcile this instance, because it has the annotation{" "}
          <code>kro.run/reconcile</code>.
        </p>
      )}
      {health === "deleting" && (
        <Part title="Deletion">
          {held.length === 0
            ? <p class="muted">No object blocks the deletion.</p>
            : held.map((object) => <Held key={titleOf(object)} object={object} />)}
        </Part>
      )}
      {open.length > 0 && (
        <Part title="Waits for">
          <p class="muted">
            Not ready for <Age since={since} />.
          </p>
          <ul class="conditions">
            {open.map((node) => (
              <li key={node.id}>
                <button type="button" class="link" onClick={() => select({ node: node.id })}>
                  {node.id}
                </button>{" "}
                <State outcome={node} />
                {node.reason && <p>{node.reason}</p>}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Conditions">
        <Conditions items={conditions} />
      </Part>
      <Part title="Why">
        <Why
          path={path}
          label={health === "ready" ? "Explain the state" : "Why is it not ready?"}
        />
      </Part>
      <Part title="In the cluster">
        <Live path={`${path}/object`} />
      </Part>
    </Panel>
  );
}

function Held({ object }: { object: ObjectOutcome }) {
  const { finalizers = [] } = object;
  return (
    <div>
      <p>
        {titleOf(object)}{" "}
        is being deleted{finalizers.length > 0 ? ", and has the finalizers:" : "."}
      </p>
      {finalizers.map((each) => (
        <p key={each}>
          <code>{each}</code>
        </p>
      ))}
    </div>
  );
}

function NodeState(
  { row: { node, outcome }, path, object }: { row: Row; path: string; object?: string },
) {
  const objects = outcome?.objects ?? [];
  const shown = objects.length === 1
    ? objects[0]
    : objects.find((each) => titleOf(each) === object);
  const isMany = node.type === "collection" || node.type === "externalCollection";
  const subject = !isMany ? node.id : shown && `${node.id}[${objects.indexOf(shown)}]`;
  const fields = fieldsOf(node);
  return (
    <Panel title={node.id} close={() => select({})}>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <State outcome={outcome} />
        </dd>
        <dt>Kind</dt>
        <dd>
          {node.kind} <span class="muted">{node.apiVersion}</span>
        </dd>
        <dt>Type</dt>
        <dd>{TYPES[node.type]}</dd>
        {node.dependencies.length > 0 && <dt>Reads</dt>}
        {node.dependencies.length > 0 && (
          <dd class="list">
            {node.dependencies.map((id) => (
              <button
                type="button"
                key={id}
                class="link"
                onClick={() => select({ node: id })}
              >
                {id}
              </button>
            ))}
          </dd>
        )}
      </dl>
      {outcome?.reason && (
        <Part title="Cause">
          <p class="cause">{outcome.reason}</p>
        </Part>
      )}
      <Part title="Why">
        <Why path={path} node={node.id} label={`Why is ${node.id} as it is?`} />
        {subject &&
          fields.map((field) => (
            <Why key={field} path={path} node={subject} field={field} label={field} />
          ))}
      </Part>
      <Part title={objects.length === 1 ? "Object" : `Objects (${objects.length})`}>
        {objects.length === 0 ? <p class="muted">No objects yet.</p> : (
          <Rows
            label="Objects"
            columns={OBJECTS}
            items={objects}
            keyOf={titleOf}
            isCurrent={(each) => each === shown}
          />
        )}
      </Part>
      {shown && (
        <Part title={titleOf(shown)}>
          <Live path={liveOf(path, node.id, shown)} />
        </Part>
      )}
    </Panel>
  );
}

/** Returns the paths of the fields that the expressions in a node's template set. */
function fieldsOf({ expressions }: NodeView): string[] {
  const start = "template.";
  const paths = expressions.map(({ path }) => path).filter((path) => path.startsWith(start));
  return [...new Set(paths)].map((path) => path.slice(start.length));
}

const OBJECTS: readonly Column<ObjectOutcome>[] = [
  {
    title: "Name",
    cell: (object) => (
      <button
        type="button"
        class="link"
        title={titleOf(object)}
        onClick={() => setQuery({ object: titleOf(object) })}
      >
        {object.name}
      </button>
    ),
  },
  { title: "Last action", cell: ({ action, adopted }) => adopted ? `${action}, adopted` : action },
];

/** Returns the path of the JSON API at which an object of a node is read from the cluster. */
function liveOf(path: string, node: string, { namespace, name }: ObjectOutcome): string {
  const query = new URLSearchParams({
    node,
    object: name,
    ...namespace && { objectNamespace: namespace },
  });
  return `${path}/object?${query}`;
}

function titleOf({ kind, namespace, name }: ObjectOutcome): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
