/// <reference lib="dom" />
/** Compares the specs of two instances of a graph. */
import { useEffect, useState } from "preact/hooks";
import { instanceLink, setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { Code, yamlOf } from "../code.tsx";
import { differencesOf } from "../compare.ts";
import { Notice } from "../marks.tsx";
import type { InstanceSummary, List, LiveObjectView } from "../types.ts";

type Named = Pick<InstanceSummary, "namespace" | "name">;

/** The comparison of two instances. The parameters `a` and `b` of the address name them as `namespace/name`. */
export function Compare({ graph }: { graph: string }) {
  const { query } = useAddress();
  const at = `/graphs/${encodeURIComponent(graph)}/instances`;
  const { data: list } = useAnswer<List<Named>>(`${at}?fields=namespace,name`);
  const pathOf = (key: string | undefined) =>
    key && `${at}/${key.split("/").map(encodeURIComponent).join("/")}/object`;
  const a = useAnswer<LiveObjectView>(pathOf(query.a) || undefined);
  const b = useAnswer<LiveObjectView>(pathOf(query.b) || undefined);
  const keys = list?.items.map(({ namespace, name }) => `${namespace || "-"}/${name}`) ?? [];
  const error = a.error ?? b.error;
  const specOf = ({ data }: typeof a) => (data?.object as { spec?: unknown } | undefined)?.spec;
  const found = a.data && b.data ? differencesOf(specOf(a), specOf(b), "spec") : undefined;
  return (
    <section>
      <div class="bar">
        <h1>Compare instances</h1>
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
                    <code>{path}</code>
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
    </section>
  );
}

function nameLink(graph: string, key: string) {
  const [namespace = "", name = ""] = key.split("/");
  return <a href={instanceLink({ graph, namespace, name })}>{key}</a>;
}

function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span class="muted">absent</span>;
  return <Code text={yamlOf(value)} />;
}

/** The number of suggestions below a search field. */
const MAX_SUGGESTIONS = 20;

/** A search field that suggests instances. The parameter `name` of the address holds the chosen instance. */
function Choice(
  { label, name, value = "", keys }: {
    label: string;
    name: string;
    value?: string;
    keys: readonly string[];
  },
) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const words = text.toLowerCase().split(/\s+/);
  const found = keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
  const typed = (event: Event) => {
    const typed = (event.target as HTMLInputElement).value;
    setText(typed);
    if (typed === "" || keys.includes(typed)) setQuery({ [name]: typed });
  };
  // Enter chooses the first suggestion, so that a part of a name suffices.
  const entered = (event: KeyboardEvent) => {
    if (event.key === "Enter" && found[0] !== undefined) setQuery({ [name]: found[0] });
  };
  return (
    <label>
      {label}{" "}
      <input
        type="search"
        list={`instances-${name}`}
        value={text}
        placeholder="namespace/name"
        onInput={typed}
        onKeyDown={entered}
      />
      <datalist id={`instances-${name}`}>
        {found.slice(0, MAX_SUGGESTIONS).map((key) => <option key={key} value={key} />)}
      </datalist>
      {text !== value && found.length === 0 && <span class="muted">no match</span>}
    </label>
  );
}
