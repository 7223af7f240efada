/// <reference lib="dom" />
/** The instances of a graph. */
import { instanceLink, setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Age, healthTone, Mark, Notice } from "../marks.tsx";
import { type Column, Rows } from "../rows.tsx";
import type { GraphView, InstanceSummary, List } from "../types.ts";
import { HEALTH_ORDER, Search } from "./parts.tsx";

/** The instances of the graph. The parameters `q` and `health` of the address filter them. */
export function Instances({ graph }: { graph: GraphView }) {
  const { query } = useAddress();
  const { data, error } = useAnswer<List<InstanceSummary>>(
    `/graphs/${
      encodeURIComponent(graph.name)
    }/instances?fields=namespace,name,health,conditions,lastPass`,
  );
  const words = (query.q ?? "").toLowerCase();
  const all = data?.items ?? [];
  const total = data?.total ?? graph.instances;
  const shown = all.filter(({ namespace, name, health }) =>
    (!words || `${namespace}/${name}`.toLowerCase().includes(words)) &&
    (!query.health || health === query.health)
  );
  const columns: readonly Column<InstanceSummary>[] = [
    {
      title: "Instance",
      cell: ({ namespace, name }) => (
        <a href={instanceLink({ graph: graph.name, namespace, name })}>
          {namespace && <span class="muted">{namespace}/</span>}
          {name}
        </a>
      ),
    },
    { title: "Health", cell: ({ health }) => <Mark tone={healthTone(health)}>{health}</Mark> },
    { title: "Cause", isWide: true, cell: causeOf },
    {
      title: "Last pass",
      isMinor: true,
      isNumber: true,
      cell: ({ lastPass }) => <Age since={lastPass} />,
    },
  ];
  return (
    <section>
      <div class="bar">
        <h2>
          Instances{" "}
          <span class="muted">
            {shown.length === total ? total : `${shown.length} of ${total}`}
          </span>
        </h2>
        <Search value={query.q ?? ""} label="Search instances" change={(q) => setQuery({ q })} />
        <label>
          Health{" "}
          <select
            value={query.health ?? ""}
            onChange={(event: Event) =>
              setQuery({ health: (event.target as HTMLSelectElement).value })}
          >
            <option value="">all</option>
            {HEALTH_ORDER.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
      </div>
      {error && error.status > 0 && (
        <Notice title="The instances cannot be read">{error.detail}</Notice>
      )}
      {!data && !error && <p class="muted">Loading…</p>}
      {data && all.length === 0 && (
        <Notice title="This graph has no instances yet">
          The tab Schema has a sample manifest of the kind {graph.serves.kind}.
        </Notice>
      )}
      {all.length > 0 && shown.length === 0 && (
        <Notice title="No instance matches">
          <button type="button" onClick={() => setQuery({ q: "", health: "" })}>
            Show all instances
          </button>
        </Notice>
      )}
      {shown.length > 0 && (
        <Rows
          label="Instances"
          columns={columns}
          items={shown}
          keyOf={({ namespace, name }) => `${namespace}/${name}`}
        />
      )}
    </section>
  );
}

/** Returns the message of the condition that keeps the instance from being ready. */
function causeOf({ health, conditions }: InstanceSummary): string {
  if (health === "ready") return "";
  const open = conditions.filter(({ status, message }) => status !== "True" && message);
  const cause = open.find(({ type }) => type !== "Ready") ?? open[0];
  return cause?.message ?? "";
}
