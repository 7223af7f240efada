/** Tests of the path that returns one instance, for an instance that was suspended before kro started. */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import type { InstanceView } from "../../../src/controller/mod.ts";
import type { NodeOutcome } from "../../../src/reconcile/mod.ts";
import { createHandler, type Explainer } from "../../../src/server/mod.ts";
import { explainer, instance, view } from "../../support/server/view.ts";

const NODES: NodeOutcome[] = [{ id: "a", state: "Ready", objects: [] }];

/** Returns the nodes in the response for an instance of the controller's view. */
async function nodesOf(found: Partial<InstanceView>, nodes?: Explainer["nodes"]) {
  const handler = createHandler({
    view: { ...view, instance: () => ({ ...instance("kro", "one"), ...found }) },
    version: "devel",
    mayReadApi: () => Promise.resolve("allowed"),
    explainer: { ...explainer, nodes },
  });
  const headers = { authorization: "Bearer mine" };
  const request = new Request("http://kro/graphs/a/instances/kro/one", { headers });
  const response = await handler(request, "10.0.0.1");
  assert.equal(response.status, 200);
  return (await response.json()).nodes;
}

Deno.test("the nodes of a suspended instance without a pass are read with the caller's token", async () => {
  const asked: unknown[] = [];
  const found = await nodesOf({ health: "suspended", nodes: [] }, (...all) => {
    asked.push(all);
    return Promise.resolve(NODES);
  });
  assert.deepEqual(found, NODES);
  assert.deepEqual(asked, [["a", { namespace: "kro", name: "one" }, "Bearer mine"]]);
});

Deno.test("nodes that cannot be read are left out", async () => {
  const suspended: Partial<InstanceView> = { health: "suspended", nodes: [] };
  const forbidden = () => Promise.reject(new ApiError("no permission", { reason: "Forbidden" }));
  assert.deepEqual(await nodesOf(suspended, forbidden), []);
  assert.deepEqual(await nodesOf(suspended, () => Promise.resolve(undefined)), []);
  assert.deepEqual(await nodesOf(suspended), []);
});

Deno.test("an instance with the results of a pass, or one that is not suspended, needs no read", async () => {
  const unexpected = () => assert.fail("a read");
  const nodes: NodeOutcome[] = [{ id: "a", state: "Waiting", objects: [] }];
  assert.deepEqual(await nodesOf({ health: "suspended", nodes }, unexpected), nodes);
  assert.deepEqual(await nodesOf({ health: "progressing", nodes: [] }, unexpected), []);
});
