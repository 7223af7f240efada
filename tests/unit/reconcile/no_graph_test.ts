/** Tests of the reconciliation of instances whose RGD does not exist or has no valid revision. */
import assert from "node:assert/strict";
import { reconcile } from "../../../src/reconcile/mod.ts";
import { mapNode, type World, world } from "./fixtures.ts";

const ONE = `resources:${mapNode("a", "x")}`;

async function converged(): Promise<World> {
  const w = await world(ONE);
  w.create();
  await w.pass();
  w.cluster.calls.length = 0;
  return w;
}

/**
 * Reconciles the instance without a graph. If `unresolved` is given, the RGD exists but has no
 * valid revision, and `unresolved` is the reason.
 */
function pass(w: World, unresolved?: string) {
  return reconcile({ instance: w.kind, unresolved }, w.instance(), w.cluster, w.context);
}

Deno.test("a pass without an RGD leaves the instance unchanged and makes no call", async () => {
  const w = await converged();
  const before = w.instance();
  const outcome = await pass(w);
  assert.equal(outcome.skipped, true);
  assert.deepEqual(outcome.next, { kind: "done" });
  assert.deepEqual([outcome.state, outcome.instance], ["ACTIVE", before]);
  assert.deepEqual(w.cluster.calls, []);
});

for (const unresolved of [undefined, "revision 2 failed"]) {
  Deno.test(`an instance is deleted ${unresolved ? "while unresolved" : "without an RGD"}`, async () => {
    const w = await converged();
    w.cluster.evict(w.ref());
    const outcome = await pass(w, unresolved);
    assert.deepEqual([outcome.skipped, outcome.instance], [undefined, undefined]);
    assert.deepEqual(outcome.removed.map((o) => o.name), ["demo-a"]);
    assert.deepEqual(w.cluster.objects(), []);
  });
}

Deno.test("an unresolved instance that is deleted before its status write is not requeued", async () => {
  const w = await converged();
  const instance = w.instance();
  w.cluster.removeKind(w.kind);
  const graph = { instance: w.kind, unresolved: "revision 2 failed" };
  const outcome = await reconcile(graph, instance, w.cluster, w.context);
  assert.deepEqual([outcome.next, outcome.instance], [{ kind: "done" }, undefined]);
});

Deno.test("an unresolved instance whose spec changes before its status write is requeued", async () => {
  const w = await converged();
  const { writeStatus } = w.cluster;
  w.cluster.writeStatus = function (ref, object) {
    this.edit(ref, (d) => d.spec = { newer: true });
    return writeStatus.call(this, ref, object);
  };
  const { next, instance } = await pass(w, "revision 2 failed");
  assert.ok(next.kind === "wait" && next.timed && instance);
});
