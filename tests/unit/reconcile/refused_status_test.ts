/**
 * Tests of a status that the API server rejects. kro must write the state and the conditions again
 * without the rejected fields.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  type JsonObject,
  type KubeObject,
  type ObjectRef,
} from "../../../src/api/mod.ts";
import { MemoryCluster, type StatusPacing } from "../../../src/reconcile/mod.ts";
import { condition, mapNode, world } from "./fixtures.ts";

/**
 * A cluster that rejects a status whose field `deep.bad` is "wrong". The error names the field, as
 * an error of the API server does.
 */
class Strict extends MemoryCluster {
  field = "status.deep.bad[0].x";
  override writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    const { deep } = object.status as { deep?: { bad?: string } };
    if (deep?.bad !== "wrong") return super.writeStatus(ref, object);
    this.calls.push({ verb: "writeStatus", ref });
    const causes = [{ field: this.field, message: "is wrong" }];
    return Promise.reject(new ApiError("bad is wrong", { reason: "Invalid", code: 422, causes }));
  }
}

const DEEP = (more = "") => `
schema:
  spec: {v: string | default="right"}
  status:
    deep: {bad: "\${a.data.value}", good: "\${schema.spec.v}"}
    ${more}
resources:${mapNode("a", "${schema.spec.v}")}`;

async function strict(more?: string) {
  const w = await world(DEEP(more), { makeCluster: (o) => new Strict(o) });
  const statusPace: StatusPacing = { delayMs: () => 0, postponed() {}, writing() {} };
  w.context = { ...w.context, statusPace };
  return w;
}

const status = (object: KubeObject | undefined) => object?.status as JsonObject;

Deno.test("a refused field is left out, and state, conditions and other fields are written at once", async () => {
  const w = await strict();
  w.create();
  await w.converge();
  w.change({ v: "wrong" });
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.equal(outcome.next.kind, "retry");
  assert.deepEqual(status(w.instance()).deep, { good: "wrong" });
  assert.equal(status(w.instance()).state, "ERROR");
  const { status: ready, reason, message, observedGeneration } = condition(w.instance(), "Ready");
  assert.deepEqual([ready, reason, observedGeneration], ["False", "StatusRefused", 2]);
  assert.equal(message, "failed to write the status: bad is wrong");
  assert.deepEqual(outcome.conditions, status(w.instance()).conditions);
});

Deno.test("a refused value is not sent again until it changes, and acceptance clears the refusal", async () => {
  const w = await strict();
  w.create({ v: "wrong" });
  await w.pass();
  assert.equal(status(w.instance()).state, "ERROR", "a new instance has a state, too");
  w.now = new Date("2026-01-02T00:00:00Z");
  const again = await w.pass();
  assert.deepEqual(w.cluster.calls.filter((c) => c.verb === "writeStatus"), []);
  assert.equal(again.state, "ERROR");
  w.change({ v: "right" });
  const { instance, next } = await w.pass();
  assert.equal(next.kind, "done");
  assert.equal(status(instance).state, "ACTIVE");
  assert.deepEqual(status(instance).deep, { bad: "right", good: "right" });
});

Deno.test("if the refusal names no field, the last accepted fields are written", async () => {
  const w = await strict();
  (w.cluster as Strict).field = "";
  w.create();
  await w.converge();
  w.change({ v: "wrong" });
  const { instance } = await w.pass();
  assert.deepEqual(status(instance).deep, { bad: "right", good: "right" });
  assert.equal(status(instance).state, "ERROR");
});

Deno.test("the refusal stands beside the author's conditions until a status is accepted", async () => {
  const w = await strict(
    "conditions: [\"${runtime.newCondition({type: 'Mine', status: 'True'})}\"]",
  );
  w.create({ v: "wrong" });
  const types = (object?: KubeObject) =>
    (status(object).conditions as JsonObject[]).map((c) => `${c.type}=${c.status}`);
  assert.deepEqual(types((await w.pass()).instance), ["Mine=True", "GraphResolved=False"]);
  w.change({ v: "right" });
  assert.deepEqual(types((await w.pass()).instance), ["Mine=True"]);
});
