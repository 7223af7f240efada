/// <reference lib="dom" />
/** The permissions that kro needs for a graph, and the rules that are missing. */
import { useAnswer } from "../api.ts";
import { Yaml } from "../code.tsx";
import { Notice } from "../marks.tsx";
import type { GraphRightsView } from "../types.ts";

/** The permissions for the graph with this name. */
export function Rights({ graph }: { graph: string }) {
  const { data, error } = useAnswer<GraphRightsView>(`/graphs/${encodeURIComponent(graph)}/rights`);
  if (error && error.status > 0) {
    return <Notice title="The rights cannot be read">{error.detail}</Notice>;
  }
  if (!data) return <p class="muted">Loading…</p>;
  const { reviewed, missing, required } = data;
  return (
    <div class="view">
      {!reviewed && (
        <Notice title="Not reviewed yet">
          kro reviews its rights after it has published the graph.
        </Notice>
      )}
      {reviewed && missing.length === 0 && (
        <Notice title="kro has all rights that this graph needs" />
      )}
      {missing.length > 0 && (
        <section>
          <h2>Missing rights</h2>
          <p>Add these rules to a ClusterRole of kro's service account:</p>
          <Yaml value={missing} />
        </section>
      )}
      {required.length > 0 && (
        <section>
          <h2>Required rights</h2>
          <Yaml value={required} />
        </section>
      )}
    </div>
  );
}
