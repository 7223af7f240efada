/** An RGD in a group of its own, and its instances. */
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { eventually } from "../wait.ts";
import type { Live, Place, TestCluster } from "./cluster.ts";
import { crdPlace } from "./crds.ts";

/** The spec of an RGD without its group. */
export interface GraphSpec {
  /** The kind of its instances. */
  kind: string;
  /** SimpleSchema of the spec. */
  spec?: JsonObject;
  /** The status fields. */
  status?: JsonObject;
  /** All other fields of `spec.schema`: types, scope, printer columns, a different group. */
  schema?: JsonObject;
  /** The nodes. */
  resources: unknown[];
}

/** A unique name of an RGD for that kind; `suffix` is that of the test's namespace. */
export function graphName(kind: string, cluster: TestCluster): string {
  return `${kind.toLowerCase()}-${cluster.namespace.slice(-8)}`;
}

/** An applied RGD. */
export class TestGraph {
  /** Place of the RGD. */
  readonly rgd: Place;
  /** The group of its instances, unless the spec names another. */
  readonly group: string;
  /** apiVersion of its instances. */
  readonly apiVersion: string;
  readonly #cluster: TestCluster;
  #kind = "";

  private constructor(cluster: TestCluster, name: string) {
    this.rgd = { kind: "ResourceGraphDefinition.kro.run", name };
    this.group = `${name}.example.com`;
    this.apiVersion = `${this.group}/v1alpha1`;
    this.#cluster = cluster;
  }

  /**
   * Creates the RGD and returns without waiting for kro.
   *
   * @param name of the RGD, and the first part of its group
   */
  static async create(
    cluster: TestCluster,
    spec: GraphSpec,
    name: string = graphName(spec.kind, cluster),
  ): Promise<TestGraph> {
    const graph = new TestGraph(cluster, name);
    await cluster.create(graph.object(spec));
    return graph;
  }

  /** The RGD of that spec. */
  object({ kind, resources, schema, ...rest }: GraphSpec): KubeObject {
    this.#kind = kind;
    const head = { apiVersion: "v1alpha1", group: this.group, kind };
    return {
      apiVersion: "kro.run/v1alpha1",
      kind: "ResourceGraphDefinition",
      metadata: { name: this.rgd.name },
      spec: { schema: { ...head, ...rest, ...schema }, resources },
    };
  }

  /** Place of the generated CRD. */
  get crd(): Place {
    return crdPlace(this.instance("").kind);
  }

  /** Place of an instance. */
  instance(name: string, namespace?: string): Place {
    return { kind: `${this.#kind}.${this.group}`, name, ...(namespace ? { namespace } : {}) };
  }

  /** Waits until the RGD is Active; throws if it is rejected. */
  async served(): Promise<Live> {
    return await this.#cluster.until(this.rgd, ({ status }) => {
      const refused = status?.conditions?.find((c: Live) =>
        c.type === "GraphAccepted" && c.status === "False"
      );
      if (refused) throw new Error(refused.message);
      return status?.state === "Active";
    });
  }

  /** Applies an instance. */
  create(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): Promise<Live> {
    const { apiVersion } = this;
    const object = { apiVersion, kind: this.#kind, metadata: { ...metadata, name }, spec };
    return this.#cluster.apply(object);
  }

  /** Waits until the instance is ACTIVE at its current generation and satisfies `holds`. */
  active(name: string, holds: (instance: Live) => unknown = () => true): Promise<Live> {
    return this.#cluster.until(this.instance(name), (o) => isActive(o) && holds(o));
  }

  /** Replaces the RGD's spec, without its kind. */
  async put(spec: GraphSpec): Promise<Live> {
    // A merge would keep fields that the new spec no longer has.
    return await eventually(`${this.rgd.name} written`, async () => {
      const live = await this.#cluster.get(this.rgd);
      const object = { ...live, spec: this.object(spec).spec };
      return await this.#cluster.replace(this.rgd, object).catch((error) => {
        // The controller wrote the RGD's status between the read and the write.
        if (error.reason !== "Conflict") throw error;
      });
    });
  }

  /** Calls {@link put}, and waits until the `observedGeneration` of each condition is the new generation. */
  async change(spec: GraphSpec): Promise<Live> {
    await this.put(spec);
    return await this.#cluster.until(
      this.rgd,
      (rgd) =>
        rgd.status?.conditions?.every((c: Live) =>
          c.observedGeneration === rgd.metadata.generation
        ),
    );
  }

  /** Deletes the RGD if it exists, and waits until it is gone. A controller must run. */
  async remove(seconds?: number): Promise<void> {
    if (await this.#isThere(this.rgd)) await this.#cluster.delete(this.rgd);
    await this.#cluster.untilGone(this.rgd, seconds);
  }

  /** Deletes the existing instances, the RGD, and the CRD if kro keeps it. A controller must run. */
  async removeAll(seconds?: number): Promise<void> {
    if (await this.#isThere(this.crd)) {
      const instances = await this.#cluster.list(this.instance("").kind, undefined, true);
      const places = instances.map(({ metadata: { name, namespace } }) =>
        this.instance(name, namespace)
      );
      await Promise.all(places.map((at) => this.#cluster.remove(at, seconds)));
    }
    await this.remove(seconds);
    if (await this.#isThere(this.crd)) await this.#cluster.delete(this.crd);
    await this.#cluster.untilGone(this.crd, seconds);
  }

  async #isThere(at: Place): Promise<boolean> {
    const object = await this.#cluster.find(at);
    return object !== undefined && object.metadata.deletionTimestamp === undefined;
  }
}

/** Whether the instance is ACTIVE and its conditions, except custom ones, are of the current generation. */
function isActive({ status, metadata }: Live): boolean {
  return status?.state === "ACTIVE" &&
    (status.conditions ?? []).every((c: Live) => c.observedGeneration === metadata.generation);
}
