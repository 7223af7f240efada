/// <reference lib="dom" />
/** Compares the objects of one instance under two revisions of its graph. */
import { instanceLink, setQuery, useAddress } from "../address.ts";
import { refresh, useAnswer } from "../api.ts";
import { FieldPath, Value } from "../code.tsx";
import { Mark, Notice, type Tone } from "../marks.tsx";
import type { ComparedObject, RevisionComparison, RevisionSide, RevisionView } from "../types.ts";
import { Choice } from "./choice.tsx";
import { RevisionTable } from "./parts.tsx";

/** The tone of each change of an object. */
const TONES: Readonly<Record<ComparedObject["change"], Tone>> = {
  added: "good",
  removed: "bad",
  changed: "busy",
};

/**
 * The comparison. The parameter `a` of the address names the instance, `from` and `to` name the revisions; the
 * newest two by default.
 */
export function CompareRevisions({ graph, keys }: { graph: string; keys: readonly string[] }) {
  const { query } = useAddress();
  const at = `/graphs/${encodeURIComponent(graph)}`;
  const { data: list, error: refused } = useAnswer<{ items: RevisionView[] }>(`${at}/revisions`);
  const numbers = list?.items.map(({ revision }) => String(revision)) ?? [];
  const [to = numbers[0], from = numbers[1] ?? to] = [query.to, query.from];
  const instance = query.a?.split("/").map(encodeURIComponent).join("/");
  const path = instance && from && to
    ? `${at}/instances/${instance}/compare?from=${encodeURIComponent(from)}&to=${
      encodeURIComponent(to)
    }`
    : undefined;
  const { data, error } = useAnswer<RevisionComparison>(path);
  return (
    <>
      <div class="bar">
        <Choice label="Instance" name="a" value={query.a} keys={keys} />
        <Revision label="From revision" name="from" value={from} numbers={numbers} />
        <Revision label="To revision" name="to" value={to} numbers={numbers} />
        {path && (
          <button type="button" onClick={() => refresh((each) => each === path)}>
            Compare again
          </button>
        )}
      </div>
      {refused && <Notice title="The revisions cannot be read">{refused.detail}</Notice>}
      {!refused && !query.a && (
        <Notice title="Choose an instance">
          The page shows the objects that the two revisions want for the instance.
        </Notice>
      )}
      {error && <Notice title="The revisions cannot be compared">{error.detail}</Notice>}
      {path && !data && !error && <p class="muted">Loading…</p>}
      {data && !error && <Comparison graph={graph} instance={query.a!} found={data} />}
    </>
  );
}

/** A field that chooses a revision. The parameter `name` of the address holds the chosen number. */
function Revision(
  { label, name, value, numbers }: {
    label: string;
    name: string;
    value?: string;
    numbers: readonly string[];
  },
) {
  const all = value === undefined || numbers.includes(value) ? numbers : [value, ...numbers];
  return (
    <label>
      {label}{" "}
      <select
        value={value}
        onChange={(event: Event) => setQuery({ [name]: (event.target as HTMLSelectElement).value })}
      >
        {all.map((number) => (
          <option key={number} value={number} selected={number === value}>{number}</option>
        ))}
      </select>
    </label>
  );
}

function Comparison(
  { graph, instance, found }: { graph: string; instance: string; found: RevisionComparison },
) {
  const { from, to, objects, equal } = found;
  const [namespace = "", name = ""] = instance.split("/");
  const count = (number: number, what: string) =>
    `${number} ${number === 1 ? "object" : "objects"} ${what}`;
  const isComplete = from.problems.length === 0 && to.problems.length === 0;
  return (
    <>
      <Side side={from} />
      <Side side={to} />
      {isComplete && (
        <p class="muted summary">
          {count(objects.length, objects.length === 1 ? "differs" : "differ")},{" "}
          {count(equal, equal === 1 ? "is equal" : "are equal")} for{" "}
          <a href={instanceLink({ graph, namespace, name })}>{instance}</a>.
        </p>
      )}
      {isComplete && objects.length === 0 && (
        <Notice title="The objects are equal">
          Revisions {from.revision} and {to.revision} want the same objects for this instance.
        </Notice>
      )}
      {objects.length > 0 && (
        <RevisionTable what="Objects under" from={from.revision} to={to.revision}>
          {objects.map((object) => <Changed key={keyOf(object)} object={object} />)}
        </RevisionTable>
      )}
    </>
  );
}

/** The reasons why the objects of a revision are not or not completely known. */
function Side({ side: { revision, problems, unknown } }: { side: RevisionSide }) {
  if (problems.length > 0) {
    return (
      <Notice title={`Revision ${revision} does not compile now`}>{problems.join("; ")}</Notice>
    );
  }
  if (unknown.length === 0) return null;
  return (
    <Notice title={`Some objects of revision ${revision} are not known yet`}>
      {unknown.map(({ node, reason }) => `${node}: ${reason}`).join("; ")}
    </Notice>
  );
}

/** The rows of one object: a heading, and below it the fields that differ. */
function Changed({ object }: { object: ComparedObject }) {
  const { kind, namespace, name, node, change, fields } = object;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colspan={3}>
          <Mark tone={TONES[change]}>{change}</Mark> {kind} {namespace ? `${namespace}/` : ""}
          {name} <span class="muted">node {node}</span>
        </th>
      </tr>
      {fields.map(({ path, ...field }) => (
        <tr key={path}>
          <td>
            <FieldPath path={path} />
          </td>
          <td>
            <Value value={field.old} />
          </td>
          <td>
            <Value value={field.new} />
          </td>
        </tr>
      ))}
    </tbody>
  );
}

function keyOf({ apiVersion, kind, namespace, name }: ComparedObject): string {
  return [apiVersion, kind, namespace, name].join(" ");
}
