/**
 * Tests which instance is requeued when an object changes. The labels of the object name the instance, but
 * other clients may edit them.
 */
import assert from "node:assert/strict";
import type { KindRef } from "../../../../src/api/mod.ts";
import type { InstanceDeps } from "../../../../src/controller/instances/instance_deps.ts";
import { InstanceController } from "../../../../src/controller/instances/instance_controller.ts";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import type { KubeClient } from "../../../../src/kube/mod.ts";

const KIND: KindRef = {
  group: "example.com",
  version: "v1",
  kind: "Demo",
  plural: "demos",
  namespaced: false,
};

/**
 * Starts a controller with one instance `one`, which is in the namespace `ns` or cluster-scoped. Returns the
 * keys that the controller queues for an object whose labels name the instance `one` in `namespace`.
 */
async function wokenBy(namespaced: boolean, namespace: string | undefined): Promise<string[]> {
  const keys: string[] = [];
  const metadata = {
    name: "one",
    uid: "u",
    resourceVersion: "1",
    ...namespaced && { namespace: "ns" },
  };
  const client: Partial<KubeClient> = {
    async *pages() {
      const items = [{ apiVersion: "example.com/v1", kind: "Demo", metadata }];
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield* [];
    },
  };
  const none = () => {};
  const unused = { release: none, dropReadsBefore: none, forget: none, keep: none };
  const deps = {
    parts: { client, children: unused, externals: unused },
    context: { now: () => new Date(0) },
    metrics: new Metrics(),
    mayWrite: () => true,
  } as unknown as InstanceDeps;
  const controller = new InstanceController({ ...KIND, namespaced }, deps, {
    add: (key) => keys.push(key),
    addBackground: none,
  });
  try {
    await controller.serveDeletions();
    keys.length = 0;
    controller.wake({ namespace, name: "one" });
    return keys;
  } finally {
    await controller.stop();
  }
}

Deno.test("an object of a cluster-scoped instance requeues the instance, also with a label of a namespace", async () => {
  // If a user adds the namespace label to an object of a cluster-scoped instance, kro does not remove the
  // label, because kro does not own it. The controller must ignore the label.
  assert.deepEqual(await wokenBy(false, undefined), ["demos.example.com|/one"]);
  assert.deepEqual(await wokenBy(false, "another"), ["demos.example.com|/one"]);
});

Deno.test("an object of a namespaced instance requeues only the instance in that namespace", async () => {
  assert.deepEqual(await wokenBy(true, "ns"), ["demos.example.com|ns/one"]);
  assert.deepEqual(await wokenBy(true, "another"), []);
});
