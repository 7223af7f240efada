/// <reference lib="dom" />
/** The revisions of a graph, with the differences from the previous revision side by side. */
import { setQuery, useAddress } from "../address.ts";
import { useAnswer } from "../api.ts";
import { FieldPath, Value } from "../code.tsx";
import { mergedDrawing, type Revision } from "../compare.ts";
import { Drawing } from "../drawing.tsx";
import { Age, Notice } from "../marks.tsx";
import type { RevisionView } from "../types.ts";
import { RevisionTable } from "./parts.tsx";

/** A drawing of two revisions, which marks each node as added, removed, changed or equal. */
function Merged({ before, after }: { before: RevisionView; after: RevisionView }) {
  const { query: { node } } = useAddress();
  const revision = ({ spec, dependencies }: RevisionView) => ({
    resources: spec.resources as Revision["resources"],
    dependencies,
  });
  const { nodes, edges } = mergedDrawing(revision(before), revision(after));
  return (
    <Drawing
      label={`Revisions ${before.revision} and ${after.revision}`}
      nodes={nodes}
      edges={edges}
      node={node}
      select={({ node }) => setQuery({ node })}
    />
  );
}

/** The revisions of the graph. The parameter `revision` of the address selects a revision. */
export function Revisions({ graph, current }: { graph: string; current?: number }) {
  const { query } = useAddress();
  const { data, error } = useAnswer<{ items: RevisionView[] }>(
    `/graphs/${encodeURIComponent(graph)}/revisions`,
  );
  if (error) return <Notice title="The revisions cannot be read">{error.detail}</Notice>;
  if (!data) return <p class="muted">Loading…</p>;
  const { items } = data;
  if (items.length === 0) {
    return (
      <Notice title="This graph has no revisions yet">
        kro creates a revision when the RGD compiles.
      </Notice>
    );
  }
  const chosen = items.find(({ revision }) => String(revision) === query.revision) ?? items[0]!;
  const before = items[items.indexOf(chosen) + 1];
  return (
    <div class="view">
      <nav class="tabs" aria-label="Revisions">
        {items.map(({ revision, created }) => (
          <button
            type="button"
            key={String(revision)}
            class="link tab"
            aria-current={revision === chosen.revision ? "true" : undefined}
            onClick={() => setQuery({ revision: String(revision) })}
          >
            {`${revision}${revision === current ? " (served)" : ""} `}
            <span class="muted">
              <Age since={created} />
            </span>
          </button>
        ))}
      </nav>
      {!before && <Notice title={`Revision ${chosen.revision} is the oldest one that is kept`} />}
      {before && chosen.changes.length === 0 && (
        <Notice title={`Revision ${chosen.revision} equals revision ${before.revision}`} />
      )}
      {before && chosen.changes.length > 0 && <Merged before={before} after={chosen} />}
      {before && chosen.changes.length > 0 && (
        <RevisionTable what="Differences between" from={before.revision} to={chosen.revision}>
          <tbody>
            {chosen.changes.map(({ path, ...change }) => (
              <tr
                key={path}
                aria-current={query.node && path.startsWith(`spec.resources.${query.node}.`)
                  ? "true"
                  : undefined}
              >
                <td>
                  <FieldPath path={path} />
                </td>
                <td>
                  <Value value={change.old} />
                </td>
                <td>
                  <Value value={change.new} />
                </td>
              </tr>
            ))}
          </tbody>
        </RevisionTable>
      )}
    </div>
  );
}
