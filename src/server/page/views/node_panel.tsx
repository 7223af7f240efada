/// <reference lib="dom" />
/** The panel of one node of an instance. */
import { setQuery } from "../address.ts";
import { type Answer, useAnswer } from "../api.ts";
import { Mark, stateTone } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { ItemView, NodeView, ObjectOutcome } from "../types.ts";
import { select, TYPES } from "./graph_drawing.tsx";
import { Live } from "./live.tsx";
import { type Row, State } from "./node_states.tsx";
import { Panel, Part } from "./parts.tsx";
import { Why } from "./why.tsx";

/** The panel of one node of an instance: its cause, the origin of its fields, and its objects. */
export function NodePanel(
  { row: { node, outcome, isSuspended }, path, object }: {
    row: Row;
    path: string;
    object?: string;
  },
) {
  const objects = outcome?.objects ?? [];
  const shown = objects.length === 1
    ? objects[0]
    : objects.find((each) => titleOf(each) === object);
  const isMany = node.type === "collection" || node.type === "externalCollection";
  const subject = !isMany ? node.id : shown && `${node.id}[${objects.indexOf(shown)}]`;
  const fields = fieldsOf(node);
  const items = useAnswer<{ items: ItemView[] }>(
    node.type === "collection" && objects.length > 0
      ? `${path}/items?node=${encodeURIComponent(node.id)}`
      : undefined,
  );
  return (
    <Panel title={node.id} close={() => select({})}>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <State outcome={outcome} isSuspended={isSuspended} />
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
            columns={node.type === "collection" ? columnsWith(items) : OBJECTS}
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

/** Returns the columns of a collection, with the states that the API has found for its objects. */
function columnsWith(
  { data, error }: Answer<{ items: ItemView[] }>,
): readonly Column<ObjectOutcome>[] {
  const key = ({ namespace = "", name }: { namespace?: string; name: string }) =>
    `${namespace}/${name}`;
  const states = new Map(data?.items.map((item) => [key(item), item]));
  const cell = (object: ObjectOutcome) => {
    if (!data) return <span class="muted">{error ? "unknown" : "…"}</span>;
    const { state = "Missing", reason } = states.get(key(object)) ?? {};
    return (
      <span title={reason}>
        <Mark tone={state === "Missing" ? "bad" : stateTone(state)}>{state}</Mark>
      </span>
    );
  };
  return [OBJECTS[0]!, { title: "State", cell }, ...OBJECTS.slice(1)];
}

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
