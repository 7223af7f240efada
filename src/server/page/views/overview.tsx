/// <reference lib="dom" />
/** The overview: the health of all instances, the causes of problems, and the graphs. */
import { graphLink, instanceLink, setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { healthTone, Mark, Notice, stateTone } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { CauseView, GraphView, Health, List } from "../types.ts";
import { Counts, HEALTH_ORDER, Search } from "./parts.tsx";

type Listed = Pick<
  GraphView,
  "name" | "serves" | "state" | "revision" | "conditions" | "instances" | "health"
>;

const FIELDS = "name,serves,state,revision,conditions,instances,health";

const COLUMNS: readonly Column<Listed>[] = [
  { title: "Graph", cell: ({ name }) => <a href={graphLink(name)}>{name}</a> },
  { title: "State", cell: ({ state }) => <Mark tone={stateTone(state)}>{state}</Mark> },
  { title: "Instances", isMinor: true, isNumber: true, cell: ({ instances }) => instances },
  { title: "Health", cell: ({ name, health }) => <Counts graph={name} health={health} /> },
  { title: "Kind", isMinor: true, cell: ({ serves }) => `${serves.kind} ${serves.apiVersion}` },
  { title: "Revision", isMinor: true, isNumber: true, cell: ({ revision }) => revision ?? "–" },
];

/** The overview. The parameters `q`, `state` and `health` of the address filter the graphs. */
export function Overview() {
  const { query } = useAddress();
  const graphs = useAnswer<List<Listed>>(`/graphs?fields=${FIELDS}`);
  const causes = useAnswer<{ items: CauseView[] }>("/causes");
  const all = graphs.data?.items ?? [];
  const words = (query.q ?? "").toLowerCase();
  const shown = all.filter(({ name, serves, state, health }) =>
    (!words || `${name} ${serves.kind}`.toLowerCase().includes(words)) &&
    (!query.state || state === query.state) &&
    (!query.health || health[query.health as Health] > 0)
  );
  const sum = (health: Health) => all.reduce((total, graph) => total + graph.health[health], 0);
  const inactive = all.filter(({ state }) => state !== "Active").length;
  return (
    <div class="view">
      <h1 class="hidden">Overview</h1>
      <div class="tiles" role="group" aria-label="Filter by health">
        {HEALTH_ORDER.map((health) => (
          <button
            type="button"
            key={health}
            class={`tile ${sum(health) > 0 ? healthTone(health) : ""}`}
            aria-pressed={query.health === health ? "true" : "false"}
            onClick={() => setQuery({ health: query.health === health ? undefined : health })}
          >
            <strong>{sum(health)}</strong>
            <Mark tone={healthTone(health)}>{health}</Mark>
          </button>
        ))}
      </div>
      <Causes items={causes.data?.items ?? []} />
      <section>
        <div class="bar">
          <h2>
            Graphs{" "}
            <span class="muted">
              {shown.length === all.length ? all.length : `${shown.length} of ${all.length}`}
            </span>
          </h2>
          <Search value={query.q ?? ""} label="Search graphs" change={(q) => setQuery({ q })} />
          <label>
            State{" "}
            <select
              value={query.state ?? ""}
              onChange={(event: Event) =>
                setQuery({ state: (event.target as HTMLSelectElement).value })}
            >
              <option value="">all</option>
              <option value="Active">Active</option>
              <option value="Inactive">Inactive{inactive ? ` (${inactive})` : ""}</option>
            </select>
          </label>
        </div>
        {graphs.error && graphs.error.status > 0 && (
          <Notice title="The graphs cannot be read">{graphs.error.detail}</Notice>
        )}
        {graphs.data && all.length === 0 && (
          <Notice title="The cluster has no graphs yet">
            Apply a ResourceGraphDefinition. The graph appears here at once.
          </Notice>
        )}
        {all.length > 0 && shown.length === 0 && (
          <Notice title="No graph matches">
            <button type="button" onClick={() => setQuery({ q: "", state: "", health: "" })}>
              Show all graphs
            </button>
          </Notice>
        )}
        {shown.length > 0 && (
          <Rows
            label="Graphs"
            columns={COLUMNS}
            items={shown}
            keyOf={({ name }) => name}
          />
        )}
      </section>
    </div>
  );
}

function Causes({ items }: { items: readonly CauseView[] }) {
  if (items.length === 0) return null;
  return (
    <section>
      <h2>
        What is wrong <span class="muted">{items.length}</span>
      </h2>
      <ul class="causes">
        {items.slice(0, 20).map((cause) => <Cause key={cause.cause} cause={cause} />)}
      </ul>
    </section>
  );
}

function Cause({ cause: { cause, count, graphs, affected } }: { cause: CauseView }) {
  return (
    <li>
      <details>
        <summary>
          <span class="count">{count}×</span>
          <span class="text">{cause}</span>
          <span class="muted minor">
            {graphs.slice(0, 3).join(", ")}
            {graphs.length > 3 && ` and ${graphs.length - 3} more`}
          </span>
        </summary>
        <ul class="affected">
          {affected.map(({ graph, namespace = "", name }) => (
            <li key={`${graph} ${namespace} ${name}`}>
              {name === undefined
                ? <a href={graphLink(graph)}>{graph}</a>
                : (
                  <a href={instanceLink({ graph, namespace, name })}>
                    {namespace ? `${namespace}/${name}` : name}
                  </a>
                )}
            </li>
          ))}
        </ul>
        {count > affected.length && <p class="muted">{count - affected.length} more</p>}
      </details>
    </li>
  );
}
