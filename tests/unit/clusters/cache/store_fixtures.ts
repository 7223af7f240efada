/** Creates objects and caches for the tests of the cache of child objects. */
import assert from "node:assert/strict";
import { ApiError, type KindRef, type KubeObject, Label } from "../../../../src/api/mod.ts";
import type { Reads } from "../../../../src/cel/mod.ts";
import { GraphReads } from "../../../../src/clusters/cache/graph_reads.ts";
import type { InstanceId } from "../../../../src/clusters/cache/instance_id.ts";
import { Owners } from "../../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../../src/clusters/cache/store.ts";

export const KIND: KindRef = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
export const at = { namespace: "ns", name: "a" };

interface Variant {
  data?: Record<string, string>;
  uid?: string;
  instance?: string;
  name?: string;
  namespace?: string;
  foreign?: boolean;
  node?: string;
  /** The labels that another client wrote, so that kro does not own them. */
  edited?: readonly string[];
}

/**
 * Returns the object with this resourceVersion, as the API server returns it. kro has applied the
 * object, unless `foreign` is set.
 */
export function seen(resourceVersion: number, variant: Variant = {}): KubeObject {
  const { data = {}, uid = "u1", instance = "demo", name = "a", namespace = "ns" } = variant;
  const { foreign, node = "node", edited } = variant;
  const fields = Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}]));
  const labels = labelsOf(instance, node);
  const owned = Object.keys(labels).filter((label) => !edited?.includes(label));
  const ownLabels = Object.fromEntries(owned.map((label) => [`f:${label}`, {}]));
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(resourceVersion),
      labels,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "x" },
      managedFields: [{
        manager: foreign ? "copier" : "kro.run/applyset",
        operation: "Apply",
        apiVersion: "v1",
        time: "2026-01-01T00:00:00Z",
        fieldsV1: { "f:metadata": { "f:labels": ownLabels }, "f:data": fields },
      }],
    },
    data,
  };
}

function labelsOf(instance: string, node: string): Record<string, string> {
  return {
    [Label.owned]: "true",
    [Label.instanceGroup]: "example.com",
    [Label.instanceVersion]: "v1",
    [Label.instanceKind]: "Demo",
    [Label.instanceNamespace]: "ns",
    [Label.instanceName]: instance,
    [Label.instanceId]: `uid-of-${instance}`,
    [Label.applySetPartOf]: `set-of-${instance}`,
    [Label.nodeId]: node,
  };
}

export function desired(data: Record<string, string>): KubeObject {
  const labels = labelsOf("demo", "node");
  const metadata = { name: "a", namespace: "ns", labels };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data };
}

/**
 * A cache for an RGD whose expressions read the fields `reads` of a node. The cache records the instances
 * that it requeues.
 */
export class TestStore extends ChildStore {
  readonly requeued: InstanceId[] = [];

  constructor(reads: Reads = "whole") {
    const shared = { reads: new GraphReads(), owners: new Owners() };
    shared.reads.add({ group: "example.com", kind: "Demo" }, new Map([["node", reads]]));
    super(KIND, shared, (instances) => this.requeued.push(...instances));
  }

  get(place = at): KubeObject | undefined {
    return this.objects.get(place);
  }

  /**
   * Returns the names of the instances that were requeued since the last call of this function. If `changed`
   * is true, asserts that there is at least one such instance; if `changed` is false, asserts that there is
   * none.
   */
  names(changed?: boolean): string[] {
    const names = this.requeued.splice(0).map(({ name }) => name).sort();
    if (changed !== undefined) assert.equal(changed, names.length > 0);
    return names;
  }
}

export function filled(...objects: KubeObject[]): TestStore {
  const store = new TestStore();
  for (const object of objects) store.observe(object);
  store.names();
  return store;
}

/**
 * Applies an object through the cache, and returns the names of the instances that were requeued. `meanwhile`
 * runs between the request and the response, and may deliver watch events.
 */
export async function write(
  store: TestStore,
  data: Record<string, string>,
  response: KubeObject,
  meanwhile: () => void = () => {},
): Promise<string[]> {
  const answered = await store.apply(at, desired(data), undefined, () => {
    meanwhile();
    return Promise.resolve(response);
  });
  assert.equal(answered, response);
  return store.names();
}

const refusal = new ApiError("refused", { reason: "Conflict", code: 409 });

/**
 * Sends a write that the API server rejects. `meanwhile` runs between the request and the response, and may
 * deliver watch events.
 */
export async function refused(
  send: (send: () => Promise<never>) => Promise<unknown>,
  meanwhile: () => void = () => {},
): Promise<void> {
  const sent = send(() => {
    meanwhile();
    return Promise.reject(refusal);
  });
  await assert.rejects(sent, refusal);
}
