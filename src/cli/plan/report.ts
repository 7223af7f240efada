/** Converts the writes and outcomes of a plan to the entries of the report. */
import {
  type GroupVersionKind,
  type Json,
  type KubeObject,
  Label,
  type ObjectRef,
  refKey,
} from "../../api/mod.ts";
import type { PlanStore } from "../../clusters/mod.ts";
import {
  changeOf,
  type NodeWait,
  type ObjectChange,
  type ObjectName,
  pairReplaced,
} from "../../explain/mod.ts";
import type { Node } from "../../graph/mod.ts";
import type { NodeOutcome, PlannedWrite } from "../../reconcile/mod.ts";
import { isConfidentialNode, type PlannedGraph } from "./graphs.ts";
import { instanceName, type PlannedInstance } from "./instances.ts";

/** The input of {@link changesOf}. */
export interface ChangeSources {
  /** The instances of the plan. */
  instances: readonly PlannedInstance[];
  /** The objects, schemas and writes that the plan has collected. */
  store: PlanStore;
  /** Returns the graph that serves a kind after the plan. */
  graphFor: (kind: GroupVersionKind) => Promise<PlannedGraph | undefined>;
  /** Returns the replacement of a secret value. */
  hide: (value: Json) => string;
}

/**
 * Returns the changes of objects. All changes of one instance are adjacent, in the order in which the
 * controller applies them.
 */
export async function changesOf(
  writes: readonly PlannedWrite[],
  { instances, store, graphFor, hide }: ChangeSources,
): Promise<ObjectChange[]> {
  const byName = new Map(
    instances.map((instance) => [nameKey(instanceName(instance.ref)), instance]),
  );
  const found: { change: ObjectChange; order: [number, number] }[] = [];
  const positions = new Map([...byName.keys()].map((key, index) => [key, index]));
  for (const write of writes) {
    const owner = ownerOf(write);
    const item = owner && byName.get(nameKey(owner.instance));
    const confidential = isConfidentialNode(item?.planned, owner?.node ?? "") ||
      (item?.confidential ?? false) || isConfidential(write.ref, byName);
    const context = {
      ...owner,
      schema: await store.kinds.schema(write.ref.kind),
      secretInputs: (await graphFor(write.ref.kind))?.graph.secretInputs,
      hide,
      confidential,
    };
    const instance = owner ? positions.get(nameKey(owner.instance)) ?? Infinity : -1;
    const position = item?.planned?.graph.order.indexOf(owner?.node ?? "") ?? -1;
    const order = position < 0 ? Infinity : position;
    found.push({ change: changeOf(write, context), order: [instance, order] });
  }
  found.sort((a, b) =>
    compare(a.order[0], b.order[0]) || compare(a.order[1], b.order[1]) ||
    (nameKey(a.change) < nameKey(b.change) ? -1 : 1)
  );
  const nodeOf = ({ instance, node }: ObjectChange): Node | undefined =>
    instance && byName.get(nameKey(instance))?.planned?.graph.nodes.get(node ?? "");
  return pairReplaced(
    found.map(({ change }) => change),
    (change) => nodeOf(change)?.type === "resource",
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/**
 * Whether an object is an instance of another graph and may contain values of a Secret (see
 * {@link PlannedInstance.confidential}).
 */
function isConfidential(ref: ObjectRef, byName: ReadonlyMap<string, PlannedInstance>): boolean {
  const item = byName.get(nameKey(instanceName(ref)));
  return item !== undefined && refKey(item.ref) === refKey(ref) && item.confidential;
}

/** Returns the instance and the node that created an object, according to kro's labels on the object. */
function ownerOf(
  { before, after }: PlannedWrite,
): { instance: ObjectName; node: string } | undefined {
  const labels = labelsOf(after) ?? labelsOf(before);
  if (!labels) return undefined;
  const {
    [Label.nodeId]: node = "",
    [Label.instanceGroup]: group = "",
    [Label.instanceVersion]: version = "",
    [Label.instanceKind]: kind = "",
    [Label.instanceNamespace]: namespace,
    [Label.instanceName]: name = "",
  } = labels;
  const apiVersion = group ? `${group}/${version}` : version;
  return { node, instance: { apiVersion, kind, ...(namespace ? { namespace } : {}), name } };
}

function labelsOf(object: KubeObject | undefined): Record<string, string> | undefined {
  const labels = object?.metadata.labels;
  return labels?.[Label.nodeId] === undefined ? undefined : labels;
}

function nameKey({ apiVersion, kind, namespace = "", name }: ObjectName): string {
  return `${apiVersion} ${kind} ${namespace}/${name}`;
}

/**
 * Returns the nodes for which the plan is incomplete: nodes that are not ready, that have failed, or whose
 * objects cannot be known yet.
 */
export function waitsOf(
  instances: readonly PlannedInstance[],
  writes: readonly PlannedWrite[],
): NodeWait[] {
  const refused = new Set(
    writes.filter(({ action }) => action === "refused").flatMap((write) => {
      const owner = ownerOf(write);
      return owner ? [`${nameKey(owner.instance)} ${owner.node}`] : [];
    }),
  );
  return instances.flatMap(({ ref, planned, outcome, later }) => {
    const instance = instanceName(ref);
    const last = (later ?? outcome)!.nodes;
    const unready = later ? outcome!.nodes.filter(({ state }) => state === "Waiting") : [];
    const entries = [
      ...unready.map((node) => ({ node, state: "unready" as const })),
      ...last.flatMap((node) => {
        const state = STATES[node.state];
        const isKnown = unready.some(({ id }) => id === node.id) ||
          (state === "failed" && refused.has(`${nameKey(instance)} ${node.id}`));
        return state && !isKnown ? [{ node, state }] : [];
      }),
    ];
    return entries.map(({ node, state }) => ({
      instance,
      node: node.id,
      kind: planned?.graph.nodes.get(node.id)?.kind.kind ?? "object",
      state,
      reason: node.reason ?? node.state,
    }));
  });
}

const STATES: Partial<Record<NodeOutcome["state"], NodeWait["state"]>> = {
  Waiting: "unready",
  Deleting: "unready",
  Pending: "unknown",
  Failed: "failed",
};
