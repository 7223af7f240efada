/**
 * Runs the nodes of a graph. Each node starts as soon as the nodes that it depends on have ended.
 * Independent nodes run concurrently.
 */
import { ApiError, type KubeObject, refKey, refText } from "../api/mod.ts";
import { refusalOf } from "./confidential.ts";
import type { Graph, Node } from "../graph/mod.ts";
import type { InstanceMetadata } from "./instance_metadata.ts";
import { addObject } from "./inventory.ts";
import { runNode } from "./node.ts";
import type { NodeContext } from "./node_context.ts";
import { refOf } from "./ownership.ts";
import type { Pass } from "./pass.ts";
import type { Fault, NodeResult } from "./result.ts";
import type { Scope } from "./scope.ts";

/**
 * Runs all nodes of the graph, and returns their results. The keys are the ids of the nodes. The promise
 * rejects only on a programming error, and only after every node has ended.
 */
export async function walk(
  graph: Graph,
  pass: Pass,
  metadata: InstanceMetadata,
  scope: Scope,
): Promise<Map<string, NodeResult>> {
  const { cluster, instance, context } = pass;
  const reservations = new Reservations(pass, metadata);
  const shared: NodeContext = {
    cluster,
    scope,
    parent: {
      kind: graph.instance,
      instance,
      applySetId: metadata.applySetId,
      version: context.version,
    },
    maxCollectionSize: context.maxCollectionSize,
    expansions: context.expansions,
    assumeReady: context.assumeReady,
    reserve: (node, objects) => reservations.reserve(node, objects),
  };
  const running = new Map<string, Promise<NodeResult>>();
  for (const node of graph.nodes.values()) {
    const needed = node.dependencies.map((id) => running.get(id)!);
    running.set(
      node.id,
      Promise.all(needed).then((done) =>
        runNode(node, shared, new Map(done.map((r) => [r.node.id, r])))
      ),
    );
  }
  const results = await Promise.allSettled(running.values());
  const broken = results.find((r) => r.status === "rejected");
  if (broken) throw broken.reason;
  return new Map(
    results.filter((r) => r.status === "fulfilled").map((r) => [r.value.node.id, r.value]),
  );
}

/**
 * Records which node of this pass creates each object. If a second node is about to create the same object,
 * the second node fails.
 */
class Reservations {
  readonly #owners = new Map<string, string>();
  readonly #pass: Pass;
  readonly #metadata: InstanceMetadata;

  constructor(pass: Pass, metadata: InstanceMetadata) {
    this.#pass = pass;
    this.#metadata = metadata;
  }

  /**
   * Adds the kinds and namespaces of the objects to the inventory of the instance. Returns a fault when
   * another node of this pass creates the same object, or when the inventory cannot be written.
   */
  async reserve(node: Node, objects: readonly KubeObject[]): Promise<Fault | undefined> {
    const more = { kinds: new Set<string>(), namespaces: new Set<string>() };
    const conflicts: string[] = [];
    const keys: string[] = [];
    for (const object of objects) {
      const ref = refOf(node, object);
      const key = refKey(ref);
      keys.push(key);
      const owner = this.#owners.get(key);
      if (owner !== undefined) {
        conflicts.push(
          `resourceID: ${node.id} conflicts with resourceID: ${owner} (${refText(ref)})`,
        );
      }
      addObject(more, node.kind, ref.namespace, this.#pass.instance);
    }
    if (conflicts.length > 0) {
      const message = `found resources with conflicts: ${conflicts.join(", ")}`;
      return { state: "Failed", message, soft: true };
    }
    for (const key of keys) this.#owners.set(key, node.id);
    try {
      await this.#metadata.grow(more);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const why = refusalOf(this.#pass, error);
      const message = `failed to patch instance with applyset labels: ${why}`;
      return { state: "Failed", message, soft: true };
    }
  }
}
