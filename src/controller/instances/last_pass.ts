/** The compact record of the last pass over an instance. A pass is one reconciliation of one instance. */
import { apiVersionOf, type Condition, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { InstanceState, NodeOutcome, Outcome } from "../../reconcile/mod.ts";
import type { Adopted } from "./adopted.ts";

/**
 * The compact record of the last pass over one instance. To save memory, the record contains nothing that the
 * instance or the graph already contains.
 */
export interface LastPass {
  /** The state of the instance that the pass found; absent when every pass failed before it found a state. */
  state?: InstanceState;
  /** The conditions that the pass found; absent when they equal the conditions in the instance's status. */
  conditions?: readonly Condition[];
  /** The results of the nodes as JSON, without values that the graph contains. Read by {@link nodesOf}. */
  nodes?: string;
  /**
   * Whether the pass ran no node because the instance or its graph is suspended. The nodes are then those of the
   * pass before the suspension.
   */
  isSuspended?: true;
  /** The graph to which the nodes belong. */
  graph?: Graph;
  /** The objects that the instance adopted; absent when it adopted no object. */
  adopted?: Adopted;
  /** The time at which the pass ended, in milliseconds since 1970; 0 before the first pass has ended. */
  time: number;
  /** The failure that was logged last, so that an equal failure is not logged again. */
  failure?: string;
  /**
   * The results that were recorded in {@link nodes} before the status was written. Set only while the status
   * is being written, so that the same results are not recorded a second time after the write.
   */
  found?: readonly NodeOutcome[];
}

/** The findings of a pass, which are known before the status is written. */
export type Findings = Pick<Outcome, "state" | "conditions" | "nodes">;

/**
 * Returns the result of a pass in a form that takes little memory: conditions that equal those in the
 * instance's status are not stored a second time.
 *
 * @param instance The newest known state of the instance, whose conditions are compared.
 */
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

/**
 * Returns the results of the nodes as a compact string for {@link LastPass.nodes}. {@link nodesOf} converts
 * the string back.
 */
export function packedNodes(
  nodes: readonly NodeOutcome[],
  graph: Graph | undefined,
  instance: KubeObject | undefined,
): string {
  return JSON.stringify(nodes.map((node) => packed(node, graph, instance)));
}

/** Returns the results of the nodes in the last pass over the instance. */
export function nodesOf(last: LastPass | undefined, instance: KubeObject): NodeOutcome[] {
  if (!last?.nodes) return [];
  const nodes = JSON.parse(last.nodes) as PackedNode[];
  return nodes.map((node) => unpacked(node, last.graph, instance));
}

type PackedNode = Partial<NodeOutcome> & {
  id: string;
  /**
   * A short form of the objects: the name, the action of the pass, and whether the instance adopted the
   * object. Set only if all objects have the kind of the node and the namespace of the instance, so that kind
   * and namespace need not be stored for each object.
   */
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
