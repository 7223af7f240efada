/** What is remembered of the last pass over an instance: small, for there are many instances. */
import { apiVersionOf, type Condition, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { InstanceState, NodeOutcome, Outcome } from "../../reconcile/mod.ts";
import type { Adopted } from "./adopted.ts";

/** See the file's first line. */
export interface LastPass {
  /** State that the pass came to; absent when it did not come to its end. */
  state?: InstanceState;
  /** Conditions, when the instance's status does not say the same. */
  conditions?: readonly Condition[];
  /** The nodes as one text, without what the graph tells; see {@link nodesOf}. */
  nodes?: string;
  /** The graph that the nodes are of. */
  graph?: Graph;
  /** Objects that were there before; absent for none. */
  adopted?: Adopted;
  /** When it ended, in milliseconds since 1970; 0 when none did. */
  time: number;
  /** The failure as it was logged, so that it is said once. */
  failure?: string;
}

/** An outcome in short. `written` is the instance as the store has it after the pass. */
export function remembered(
  outcome: Outcome,
  nodes: readonly NodeOutcome[],
  graph: Graph | undefined,
  written: KubeObject | undefined,
): Pick<LastPass, "state" | "conditions" | "nodes" | "graph"> {
  const { conditions } = (written?.status ?? {}) as { conditions?: unknown };
  const same = JSON.stringify(conditions) === JSON.stringify(outcome.conditions);
  return {
    state: outcome.state,
    ...(!same && { conditions: outcome.conditions }),
    nodes: JSON.stringify(nodes.map((node) => packed(node, graph, written))),
    graph,
  };
}

/** The nodes of the last pass. `instance` is the one that it went over. */
export function nodesOf(last: LastPass | undefined, instance: KubeObject): NodeOutcome[] {
  if (!last?.nodes) return [];
  const nodes = JSON.parse(last.nodes) as PackedNode[];
  return nodes.map((node) => unpacked(node, last.graph, instance));
}

type PackedNode = Partial<NodeOutcome> & {
  id: string;
  /** Objects of the node's own kind in the instance's namespace: name and action. */
  own?: [name: string, action: NodeOutcome["objects"][number]["action"], adopted?: boolean][];
};

function packed(
  node: NodeOutcome,
  graph: Graph | undefined,
  instance: KubeObject | undefined,
): PackedNode {
  const { id, state, reason, objects } = node;
  const kind = graph?.nodes.get(id)?.kind;
  const isOwn = kind && instance &&
    objects.every((object) =>
      object.kind === kind.kind && object.apiVersion === apiVersionOf(kind) &&
      object.namespace === instance.metadata.namespace
    );
  return {
    id,
    ...(state !== "Ready" && { state }),
    ...(reason !== undefined && { reason }),
    ...(isOwn
      ? {
        own: objects.map(({ name, action, adopted }) =>
          adopted ? [name, action, true] : [name, action]
        ),
      }
      : { objects }),
  };
}

function unpacked(
  { id, state = "Ready", reason, objects, own }: PackedNode,
  graph: Graph | undefined,
  instance: KubeObject,
): NodeOutcome {
  const kind = graph?.nodes.get(id)?.kind;
  const { namespace } = instance.metadata;
  const rebuilt = own?.map(([name, action, adopted]) => ({
    apiVersion: kind ? apiVersionOf(kind) : "",
    kind: kind?.kind ?? "",
    ...(namespace && { namespace }),
    name,
    action,
    ...(adopted && { adopted }),
  }));
  return { id, state, ...(reason !== undefined && { reason }), objects: rebuilt ?? objects ?? [] };
}
