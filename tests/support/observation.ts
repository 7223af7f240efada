/** Observes an instance that is reconciled in memory, for tests of explanations. */
import { type KubeObject, type ObjectRef, parseGvk } from "../../src/api/mod.ts";
import type { Observation } from "../../src/explain/mod.ts";
import { type Graph, MAX_COLLECTION_SIZE } from "../../src/graph/mod.ts";
import { kindsOfCrd, withDefaults } from "../../src/openapi/mod.ts";
import { MemoryCluster, reconcile } from "../../src/reconcile/mod.ts";

/** The creation time of all objects in the in-memory cluster. */
export const CREATED = new Date("2000-01-01T00:00:00Z");

/** An instance in an in-memory cluster, which a test reconciles and observes. */
export class ObservedInstance {
  readonly #graph: Graph;
  readonly #cluster: MemoryCluster;
  readonly #ref: ObjectRef;

  /** Creates a cluster that contains only the instance. */
  constructor(graph: Graph, spec: Record<string, unknown>) {
    this.#graph = graph;
    this.#cluster = new MemoryCluster({
      kinds: [...graph.nodes.values()].map(({ kind }) => kind),
      now: () => CREATED,
    });
    this.#ref = { kind: graph.instance, namespace: "default", name: "corner" };
    const { group, version, kind } = graph.instance;
    const object = {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name: "corner", namespace: "default", generation: 1 },
      spec,
    };
    this.#cluster.put(graph.instance, withDefaults(kindsOfCrd(graph.crd)[0]!.schema, object));
  }

  /**
   * Merges fields into the live object of the node `id`, or creates the object, as a field manager other than
   * kro would.
   */
  async put(id: string, object: Record<string, unknown>, manager = "other"): Promise<void> {
    const { kind } = this.#graph.nodes.get(id)!;
    const { metadata, ...fields } = object as unknown as KubeObject;
    const ref = { kind, namespace: "default", name: metadata.name! };
    const live = await this.#cluster.getLive(ref);
    const base = live ?? {
      apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version,
      kind: kind.kind,
      metadata: { namespace: "default", name: metadata.name! },
    };
    this.#cluster.put(kind, { ...base, ...fields } as KubeObject, manager);
  }

  /** Changes the instance. */
  async change(edit: (instance: KubeObject) => void): Promise<void> {
    const instance = structuredClone(await this.#cluster.getLive(this.#ref))!;
    edit(instance);
    this.#cluster.put(this.#graph.instance, instance);
  }

  /** Reconciles the instance until a pass writes nothing, and returns the observation of the last pass. */
  async observe(more: Partial<Observation> = {}): Promise<Observation> {
    const cluster = this.#cluster;
    for (;;) {
      const instance = await cluster.getLive(this.#ref);
      const before = cluster.writes.length;
      const outcome = await reconcile(this.#graph, instance!, cluster, {
        now: () => CREATED,
        version: "test",
        podId: "",
        maxCollectionSize: MAX_COLLECTION_SIZE,
      });
      if (cluster.writes.length > before) continue;
      const objects = new Map<string, KubeObject[]>();
      for (const node of outcome.nodes) {
        const live = await Promise.all(node.objects.map(({ apiVersion, kind, ...name }) => {
          const gvk = parseGvk(apiVersion, kind)!;
          const info = [...this.#graph.nodes.values()].find((n) => n.kind.kind === gvk.kind)!.kind;
          return cluster.getLive({ kind: info, namespace: name.namespace, name: name.name });
        }));
        objects.set(node.id, live.filter((each) => each !== undefined));
      }
      const { nodes, removed } = outcome;
      const read = await cluster.getLive(this.#ref);
      return { graph: this.#graph, instance: read!, nodes, removed, objects, ...more };
    }
  }
}
