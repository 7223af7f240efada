/// <reference lib="dom" />
/** The comparisons of a graph's instances: of two instances, or of one instance under two revisions. */
import { instanceLink, link, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { FieldPath, Value } from "../code.tsx";
import { differencesOf } from "../compare.ts";
import { Notice } from "../marks.tsx";
import type { InstanceSummary, List, LiveObjectView } from "../types.ts";
import { Choice } from "./choice.tsx";
import { CompareRevisions } from "./compare_revisions.tsx";
import { Tabs } from "./parts.tsx";

type Named = Pick<InstanceSummary, "namespace" | "name">;

const TABS = [
  { id: "instances", title: "Two instances" },
  { id: "revisions", title: "Two revisions" },
];

/**
 * A comparison. The parameter `by` of the address selects what is compared. The parameters `a` and `b` name
 * instances as `namespace/name`.
 */
export function Compare({ graph }: { graph: string }) {
  const { path, query } = useAddress();
  const at = `/graphs/${encodeURIComponent(graph)}/instances`;
  const { data: list } = useAnswer<List<Named>>(`${at}?fields=namespace,name`);
  const keys = list?.items.map(({ namespace, name }) => `${namespace || "-"}/${name}`) ?? [];
  const by = query.by === "revisions" ? "revisions" : "instances";
  const to = (id: string) => link(path, { ...query, by: id === "instances" ? "" : id });
  return (
    <div class="view">
      <div class="title">
        <h1>Compare</h1>
      </div>
      <Tabs tabs={TABS} current={by} to={to} />
      {by === "instances"
        ? <CompareInstances graph={graph} keys={keys} />
        : <CompareRevisions graph={graph} keys={keys} />}
    </div>
  );
}

/** The comparison of the specs of two instances. */
function CompareInstances({ graph, keys }: { graph: string; keys: readonly string[] }) {
  const { query } = useAddress();
  const at = `/graphs/${encodeURIComponent(graph)}/instances`;
  const pathOf = (key: string | undefined) =>
    key && `${at}/${key.split("/").map(encodeURIComponent).join("/")}/object`;
  const a = useAnswer<LiveObjectView>(pathOf(query.a) || undefined);
  const b = useAnswer<LiveObjectView>(pathOf(query.b) || undefined);
  const error = a.error ?? b.error;
  const specOf = ({ data }: typeof a) => (data?.object as { spec?: unknown } | undefined)?.spec;
  const found = a.data && b.data ? differencesOf(specOf(a), specOf(b), "spec") : undefined;
  return (
    <>
      <div class="bar">
        <Choice label="First" name="a" value={query.a} keys={keys} />
        <Choice label="Second" name="b" value={query.b} keys={keys} />
      </div>
      {error && <Notice title="An instance cannot be read">{error.detail}</Notice>}
      {!error && !(query.a && query.b) && (
        <Notice title="Choose two instances">The page shows the fields of spec that differ.</Notice>
      )}
      {!error && query.a && query.b && !found && <p class="muted">Loading…</p>}
      {found?.length === 0 && <Notice title="The specs are equal" />}
      {found && found.length > 0 && (
        <div class="rows">
          <table class="differences" aria-label="Differences of the specs">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">{nameLink(graph, query.a!)}</th>
                <th scope="col">{nameLink(graph, query.b!)}</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ path, a, b }) => (
                <tr key={path}>
                  <td>
                    <FieldPath path={path} />
                  </td>
                  <td>
                    <Value value={a} />
                  </td>
                  <td>
                    <Value value={b} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function nameLink(graph: string, key: string) {
  const [namespace = "", name = ""] = key.split("/");
  return <a href={instanceLink({ graph, namespace, name })}>{key}</a>;
}
