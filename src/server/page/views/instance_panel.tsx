/// <reference lib="dom" />
/** The panel of a whole instance: the causes of its state, its conditions and the live object. */
import { Age } from "../marks.tsx";
import type { InstanceView } from "../types.ts";
import { select } from "./graph_drawing.tsx";
import { Live } from "./live.tsx";
import { State } from "./node_states.tsx";
import { Conditions, Panel, Part } from "./parts.tsx";
import { Explained, Why } from "./why.tsx";

/** The panel of the whole instance: what it waits for, what blocks its deletion, and its conditions. */
export function WholePanel({ instance, path }: { instance: InstanceView; path: string }) {
  const { health, nodes, conditions } = instance;
  const open = nodes.filter(({ state }) => !["Ready", "Skipped", "Deleting"].includes(state));
  const since = conditions.find(({ type, status }) => type === "Ready" && status !== "True")
    ?.lastTransitionTime;
  return (
    <Panel title="Instance">
      {health === "suspended" && (
        <p>
          kro does not reconcile this instance, because it has the annotation{" "}
          <code>kro.run/reconcile</code>. The field managers below have set the annotation. The
          drawing shows the last pass before the suspension or, if kro has restarted since, the
          objects as they are now.
        </p>
      )}
      {health === "deleting" && (
        <Part title="Deletion">
          <Explained path={path} />
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
      {health !== "deleting" && (
        <Part title="Why">
          <Why
            path={path}
            label={["ready", "suspended"].includes(health)
              ? "Explain the state"
              : "Why is it not ready?"}
          />
        </Part>
      )}
      <Part title="In the cluster">
        <Live path={`${path}/object`} />
      </Part>
    </Panel>
  );
}
