/** Reconciles one instance in memory, step by step, as the controller would in a cluster. */
import {
  type Json,
  type JsonObject,
  type KubeObject,
  Label,
  type ObjectRef,
  refKey,
  RESERVED_PREFIXES,
} from "../../api/mod.ts";
import { type Graph, MAX_COLLECTION_SIZE } from "../../graph/mod.ts";
import { kindsOfCrd, withDefaults } from "../../openapi/mod.ts";
import { mergePatch, type Outcome, type PassContext, reconcile } from "../../reconcile/mod.ts";
import { isOfKind, refOf } from "../report.ts";
import { RecordingCluster } from "../recording_cluster.ts";
import type { ObjectReference } from "./file.ts";

/** An error in a test, such as an object of a kind that the graph does not have. The message is one line. */
export class TestError extends Error {}

/**
 * The maximum number of passes of one step. A step ends with the first pass that writes nothing. Most
 * instances need two passes.
 */
const MAX_PASSES = 20;

/** The clock of all tests, so that results do not depend on the time. */
const NOW = new Date("2000-01-01T00:00:00Z");

/** One instance in a cluster in memory. */
export class Simulation {
  readonly #graph: Graph;
  readonly #namespace: string;
  readonly #cluster: RecordingCluster;
  readonly #instance: ObjectRef;
  readonly #context: PassContext = {
    now: () => NOW,
    version: "test",
    podId: "",
    maxCollectionSize: MAX_COLLECTION_SIZE,
  };

  /**
   * Creates a cluster that contains only the instance.
   *
   * @param namespace The namespace of objects whose manifest contains no namespace.
   */
  constructor(graph: Graph, instance: KubeObject, namespace: string) {
    this.#graph = graph;
    this.#namespace = namespace;
    this.#cluster = new RecordingCluster({
      kinds: [...graph.nodes.values()].map((node) => node.kind),
      now: () => NOW,
    });
    this.#instance = refOf(instance, graph.instance, namespace);
    this.#putInstance(instance);
  }

  /** Changes the instance as a user would, with a JSON merge patch. */
  async change(patch: JsonObject): Promise<void> {
    const live = await this.#cluster.getLive(this.#instance);
    if (!live) throw new TestError("the instance no longer exists");
    this.#putInstance(mergePatch(live as unknown as JsonObject, patch) as unknown as KubeObject);
  }

  /** Adds an object as another client would, or merges its fields into the object that exists. */
  async observe(object: KubeObject): Promise<void> {
    const ref = this.#refOf(object.apiVersion, object.kind, object.metadata);
    const live = await this.#cluster.getLive(ref);
    const { managedFields: _, ...metadata } = object.metadata;
    const given = { ...object, metadata: { ...metadata, namespace: ref.namespace } };
    const merged = live ? mergePatch(live as unknown as JsonObject, asJson(given)) : asJson(given);
    this.#cluster.put(ref.kind, merged as unknown as KubeObject, "observed");
  }

  /** Deletes an object or the instance as `kubectl delete` would. */
  async delete({ apiVersion, kind, name, namespace }: ObjectReference): Promise<void> {
    const ref = this.#refOf(apiVersion, kind, { name, namespace });
    if (!await this.#cluster.getLive(ref)) {
      throw new TestError(`${kind} "${name}" does not exist, so that it cannot be deleted`);
    }
    this.#cluster.evict(ref);
  }

  /**
   * Runs passes until a pass writes nothing, and returns the outcome of the last pass; undefined when the
   * instance no longer exists.
   */
  async settle(): Promise<Outcome | undefined> {
    const cluster = this.#cluster;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const instance = await cluster.getLive(this.#instance);
      if (!instance) return undefined;
      const before = cluster.writes.length;
      const outcome = await reconcile(this.#graph, instance, cluster, this.#context);
      if (cluster.writes.length === before) return outcome;
    }
    throw new TestError(
      `the objects still change after ${MAX_PASSES} passes; an expression may depend on its own result`,
    );
  }

  /** Returns the instance; undefined when the instance no longer exists. */
  async instance(): Promise<KubeObject | undefined> {
    return await this.#cluster.getLive(this.#instance);
  }

  /**
   * Returns the objects of the instance as the graph applied them, without the labels and annotations that
   * kro adds to every object.
   */
  async objects(): Promise<KubeObject[]> {
    const objects: KubeObject[] = [];
    for (const { ref, object } of this.#cluster.rendered.values()) {
      if (await this.#cluster.getLive(ref)) objects.push(authored(object));
    }
    return objects;
  }

  /**
   * Returns the {@link refKey} of an object. An object without a namespace and the same object with the
   * default namespace have the same key.
   */
  keyOf({ apiVersion, kind, name, namespace }: ObjectReference): string {
    return refKey(this.#refOf(apiVersion, kind, { name, namespace }));
  }

  #putInstance(instance: KubeObject): void {
    const { namespace } = this.#instance;
    const schema = kindsOfCrd(this.#graph.crd)[0]!.schema;
    const named = { ...instance, metadata: { ...instance.metadata, namespace } };
    this.#cluster.put(this.#graph.instance, withDefaults(schema, named));
  }

  #refOf(
    apiVersion: string,
    kind: string,
    { name, namespace }: { name?: string; namespace?: string },
  ): ObjectRef {
    const kinds = [this.#graph.instance, ...[...this.#graph.nodes.values()].map((n) => n.kind)];
    const object = { apiVersion, kind, metadata: { name, namespace } };
    const own = kinds.find((each) => isOfKind(object, each));
    if (own) return refOf(object, own, this.#namespace);
    throw new TestError(
      `the graph "${this.#graph.name}" has no node of the kind ${kind} ${apiVersion}`,
    );
  }
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/** Returns a copy of the object without the labels and annotations that kro adds. */
function authored(object: KubeObject): KubeObject {
  const { labels, annotations, ...rest } = object.metadata;
  const metadata = {
    ...rest,
    ...own("labels", labels),
    ...own("annotations", annotations),
  };
  return { ...object, metadata };
}

function own(field: string, map: Readonly<Record<string, string>> = {}): Record<string, Json> {
  const kept = Object.entries(map).filter(([key]) =>
    key !== Label.applySetPartOf && key !== Label.managedBy &&
    !RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix))
  );
  return kept.length > 0 ? { [field]: Object.fromEntries(kept) } : {};
}
