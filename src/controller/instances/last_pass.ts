/** The compact record of the last pass over an instance. */
import { apiVersionOf, type Condition, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { InstanceState, NodeOutcome, Outcome } from "../../reconcile/mod.ts";
import type { Adopted } from "./adopted.ts";

/** One record per instance. Stores nothing that the instance or the graph contains, to save memory. */
export interface LastPass {
  /** The state that the pass found; absent when every pass failed before that. */
  state?: InstanceState;
  /** The conditions that the pass found; absent when they equal those in the instance's status. */
  conditions?: readonly Condition[];
  /** The nodes as JSON, without what the graph contains; see {@link nodesOf}. */
  nodes?: string;
  /** The graph of the nodes. */
  graph?: Graph;
  /** The objects that the instance adopted; absent without adoptions. */
  adopted?: Adopted;
  /** When the pass ended, in milliseconds since 1970; 0 before the first. */
  time: number;
  /** The failure that was logged last, so that the same one is not logged again. */
  failure?: string;
  /** Set while the pass writes its status: the nodes that {@link nodes} was derived from. */
  found?: readonly NodeOutcome[];
}

/** What a pass found, before its status is written. */
export type Findings = Pick<Outcome, "state" | "conditions" | "nodes">;

/** The compact form of the findings. `instance` is the newest known state of the instance. */
export function summaryOf(
  found: Findings,
  nodes: string,
  graph: Graph | undefined,
  instance: KubeObject | undefined,
): Pick<LastPass, "state" | "conditions" | "nodes" | "graph"> {
  const { conditions } = (instance?.status ?? {}) as { conditions?: unknown };
  const same = JSON.stringify(conditions) === JSON.stringify(found.conditions);
  return {
    state: found.state,
    ...(!same && { conditions: found.conditions }),
    nodes,
    graph,
  };
}

/** The value of {@link LastPass.nodes}; {@link nodesOf} is its inverse for the same instance. */
export function packedNodes(
  nodes: readonly NodeOutcome[],
  graph: Graph | undefined,
  instance: KubeObject | undefined,
): string {
  return JSON.stringify(nodes.map((node) => packed(node, graph, instance)));
}

/** The nodes of the last pass over the instance. */
export function nodesOf(last: LastPass | undefined, instance: KubeObject): NodeOutcome[] {
  if (!last?.nodes) return [];
  const nodes = JSON.parse(last.nodes) as PackedNode[];
  return nodes.map((node) => unpacked(node, last.graph, instance));
}

type PackedNode = Partial<NodeOutcome> & {
  id: string;
  /** The objects as tuples, if all are of the node's kind and in the instance's namespace. */
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
