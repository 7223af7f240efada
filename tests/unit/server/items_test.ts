/** Tests of the path that returns the states of a collection's objects. */
import assert from "node:assert/strict";
import { ApiError, type KubeObject } from "../../../src/api/mod.ts";
import { createHandler, type LiveReader } from "../../../src/server/mod.ts";
import { instance, view } from "../../support/server/view.ts";

const POD = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

function pod(namespace: string, name: string, index: number): KubeObject {
  const labels = { "kro.run/collection-index": String(index) };
  return { apiVersion: "v1", kind: "Pod", metadata: { namespace, name, labels } };
}

/** Asks for the node `pods`, whose objects are in these namespaces. */
async function ask(namespaces: string[], list: LiveReader["list"], node = "pods") {
  const objects = namespaces.map((namespace, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    namespace,
    name: `p${i}`,
    action: "unchanged" as const,
  }));
  const handler = createHandler({
    view: {
      ...view,
      instance: () => ({
        ...instance("kro", "one"),
        nodes: [{ id: "pods", state: "Ready", objects }],
      }),
    },
    version: "devel",
    live: { get: () => Promise.resolve(undefined), list },
    explainer: {
      explain: () => Promise.resolve(undefined),
      collection: (_graph, node) =>
        node !== "pods" ? undefined : {
          kind: POD,
          states: (all) => all.map(() => ({ state: "Waiting", reason: "it starts" })),
        },
    },
  });
  const url = `http://kro/graphs/a/instances/kro/one/items?node=${node}`;
  const response = await handler(new Request(url), "127.0.0.1");
  return { status: response.status, body: await response.json() };
}

Deno.test("the objects of each namespace are listed by their labels, in the order of the collection", async () => {
  const asked: unknown[] = [];
  const { body } = await ask(["x", "y", "x"], (kind, options) => {
    asked.push([kind.plural, options]);
    const { namespace } = options;
    return Promise.resolve(
      namespace === "x" ? [pod("x", "p2", 2), pod("x", "p0", 0)] : [pod("y", "p1", 1)],
    );
  });
  const labelSelector = "kro.run/instance-id=one,kro.run/node-id=pods";
  assert.deepEqual(asked, [
    ["pods", { namespace: "x", labelSelector }],
    ["pods", { namespace: "y", labelSelector }],
  ]);
  assert.deepEqual(body.items.map(({ name }: { name: string }) => name), ["p0", "p1", "p2"]);
  assert.deepEqual(body.items[0], {
    namespace: "x",
    name: "p0",
    state: "Waiting",
    reason: "it starts",
  });
});

Deno.test("objects in many namespaces are listed with one request", async () => {
  let requests = 0;
  await ask(["a", "b", "c", "d", "e", "f"], (_kind, { namespace }) => {
    assert.equal(namespace, undefined);
    requests++;
    return Promise.resolve([]);
  });
  assert.equal(requests, 1);
});

Deno.test("a refused list and an unknown node have their status", async () => {
  const refused = await ask(["x"], () => {
    return Promise.reject(new ApiError("pods is forbidden", { reason: "Forbidden" }));
  });
  assert.equal(refused.status, 403);
  assert.match(refused.body.detail, /pods is forbidden/);
  assert.equal((await ask(["x"], () => Promise.resolve([]), "web")).status, 404);
});
