/**
 * Applies a ResourceGraphDefinition (RGD) and its instances. The kind that the RGD defines is in an
 * API group that no other test uses.
 */
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { eventually } from "../wait.ts";
import type { Live, Place, TestCluster } from "./cluster.ts";
import { crdPlace } from "./crds.ts";

/**
 * The spec of an RGD. If `schema` contains no API group, {@link TestGraph} chooses a group that no
 * other test uses.
 */
export interface GraphSpec {
  /** The kind of the RGD's instances. */
  kind: string;
  /** The instances' spec as SimpleSchema. */
  spec?: JsonObject;
  /** The instances' status fields. */
  status?: JsonObject;
  /**
   * All other fields of `spec.schema`, such as types, scope, printer columns or another API group.
   */
  schema?: JsonObject;
  /** The nodes of the RGD, for its field `resources`. */
  resources: unknown[];
}

/**
 * Returns a name for an RGD that defines this kind. The last characters of the name come from the
 * test's namespace, so no other test uses the name.
 */
export function graphName(kind: string, cluster: TestCluster): string {
  return `${kind.toLowerCase()}-${cluster.namespace.slice(-8)}`;
}

/** An RGD that a test has applied. */
export class TestGraph {
  /** The kind and name of the RGD. */
  readonly rgd: Place;
  /** The API group of the RGD's instances, unless the RGD's spec names another API group. */
  readonly group: string;
  /** The apiVersion of the RGD's instances. */
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
   * @param name the RGD's name, which is also the first part of its API group
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

  /** Returns the RGD as an object with this spec, without applying it. */
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

  /** The kind and name of the CRD that kro generates. */
  get crd(): Place {
    return crdPlace(this.instance("").kind);
  }

  /** Returns the kind, name and namespace of an instance. */
  instance(name: string, namespace?: string): Place {
    return { kind: `${this.#kind}.${this.group}`, name, ...(namespace ? { namespace } : {}) };
  }

  /** Waits until the RGD is Active, and returns it. Throws an error if kro rejects the RGD. */
  async served(): Promise<Live> {
    return await this.#cluster.until(this.rgd, ({ status }) => {
      const refused = status?.conditions?.find((c: Live) =>
        c.type === "GraphAccepted" && c.status === "False"
      );
      if (refused) throw new Error(refused.message);
      return status?.state === "Active";
    });
  }

  /** Applies an instance of the RGD. */
  create(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): Promise<Live> {
    const { apiVersion } = this;
    const object = { apiVersion, kind: this.#kind, metadata: { ...metadata, name }, spec };
    return this.#cluster.apply(object);
  }

  /**
   * Waits until the instance is ACTIVE at its current generation and `holds` returns true for it.
   */
  active(name: string, holds: (instance: Live) => unknown = () => true): Promise<Live> {
    return this.#cluster.until(this.instance(name), (o) => isActive(o) && holds(o));
  }

  /** Replaces the RGD's spec. The new spec must have the same `kind`. */
  async put(spec: GraphSpec): Promise<Live> {
    // An update replaces the whole spec; a merge patch would keep fields that the new spec does not
    // contain.
    return await eventually(`${this.rgd.name} written`, async () => {
      const live = await this.#cluster.get(this.rgd);
      const object = { ...live, spec: this.object(spec).spec };
      return await this.#cluster.replace(this.rgd, object).catch((error) => {
        // Repeats the update after a conflict: the controller has written the RGD's status between
        // the read and the update.
        if (error.reason !== "Conflict") throw error;
      });
    });
  }

  /**
   * Replaces the RGD's spec with {@link put}, and waits until all its conditions have the new
   * `observedGeneration`.
   */
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

  /**
   * Deletes the RGD, and waits until it no longer exists. A controller must run, because the
   * controller removes the RGD's finalizer.
   */
  async remove(seconds?: number): Promise<void> {
    if (await this.#isThere(this.rgd)) await this.#cluster.delete(this.rgd);
    await this.#cluster.untilGone(this.rgd, seconds);
  }

  /**
   * Deletes the instances, the RGD and, if kro keeps it, the CRD. A controller must run, because
   * the controller removes the finalizers of the instances and of the RGD.
   */
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

/**
 * Whether the instance is ACTIVE and kro's own conditions have the current `observedGeneration`.
 */
function isActive({ status, metadata }: Live): boolean {
  return status?.state === "ACTIVE" &&
    (status.conditions ?? []).every((c: Live) => c.observedGeneration === metadata.generation);
}
