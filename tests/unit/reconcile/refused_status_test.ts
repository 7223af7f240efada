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
import {
  MemoryCluster,
  type PassContext,
  reconcile,
  type StatusPacing,
} from "../../../src/reconcile/mod.ts";
import type { Graph } from "../../../src/graph/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";
import type { Pass } from "../../../src/reconcile/pass.ts";
import { fallbackFields } from "../../../src/reconcile/refused_status.ts";
import { withoutNullItems } from "../../../src/reconcile/null_items.ts";
import { condition, configMap, mapNode, world } from "./fixtures.ts";

/**
 * A cluster that rejects a status whose field `deep.bad` is "wrong". The error message contains the path of a
 * field, as that of an API server does.
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

Deno.test("many refused fields are left out together", () => {
  const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  let copies = 0;
  const counted = new Proxy({ ...fields }, {
    ownKeys(target) {
      copies++;
      return Reflect.ownKeys(target);
    },
  });
  const causes = Object.keys(fields).filter((key) => key !== "k7")
    .map((key) => ({ field: `status.${key}` }));
  const error = new ApiError("no", { reason: "Invalid", causes });
  const instance = { apiVersion: "v1", kind: "A", metadata: {} };
  const [rest] = fallbackFields({ instance } as unknown as Pass, counted, error);
  assert.deepEqual(rest, { k7: 7 });
  assert.ok(copies <= 10, `${copies} copies`);
});

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
  const { cluster } = w;
  const { writeStatus } = MemoryCluster.prototype;
  cluster.writeStatus = (ref, object) => writeStatus.call(cluster, ref, object);
  w.change({ v: "wrong" });
  assert.equal((await w.pass()).next.kind, "done", "the value is sent again");
  assert.deepEqual(status(w.instance()).deep, { bad: "wrong", good: "wrong" });
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

/** A cluster that rejects each status for which `refuses` returns an error. */
class Judging extends MemoryCluster {
  refuses: (status: JsonObject) => ApiError | undefined = () => undefined;
  override writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
    const error = this.refuses(object.status as JsonObject);
    if (!error) return super.writeStatus(ref, object);
    this.calls.push({ verb: "writeStatus", ref });
    return Promise.reject(error);
  }
}

async function judging(more?: string) {
  const w = await world(DEEP(more), { makeCluster: (o) => new Judging(o) });
  const statusPace: StatusPacing = { delayMs: () => 0, postponed() {}, writing() {} };
  const shown: JsonObject[] = [];
  const beforeStatus: PassContext["beforeStatus"] = ({ state, conditions }) =>
    shown.push({ state, conditions: conditions.map((c) => `${c.type}=${c.status}`) });
  w.context = { ...w.context, statusPace, beforeStatus };
  const writes = () => w.cluster.calls.filter((c) => c.verb === "writeStatus").length;
  return { w, cluster: w.cluster as Judging, shown, writes };
}

const RBAC = 'demos "demo" is forbidden: User "kro" cannot update resource "demos/status"';
const WEBHOOK = 'admission webhook "no.example.com" denied the request: no';

Deno.test("a status that RBAC forbids is sent once in a pass, and a status that all refuse thereafter, too", async () => {
  const { w, cluster, shown, writes } = await judging();
  w.create();
  await w.converge();
  const before = shown.at(-1);
  w.change({ v: "2" });
  for (const [message, expected] of [[RBAC, [1, 1]], [WEBHOOK, [3, 1]]] as const) {
    cluster.refuses = () => new ApiError(message, { reason: "Forbidden", code: 403 });
    const counts = [];
    for (let i = 0; i < 2; i++) {
      const outcome = await w.pass();
      counts.push(writes());
      assert.equal(outcome.next.kind, "retry");
      assert.deepEqual(outcome.conditions, status(w.instance()).conditions);
      assert.deepEqual(shown.at(-1), before, "a status that was not written is not shown");
    }
    assert.deepEqual(counts, expected, message);
  }
  cluster.refuses = () => undefined;
  assert.equal((await w.pass()).state, "ACTIVE");
});

Deno.test("a status that is too large is written without the author's fields", async () => {
  for (const code of [413, 500]) {
    const { w, cluster } = await judging();
    cluster.refuses = ({ deep }) =>
      deep === undefined
        ? undefined
        : new ApiError("etcdserver: request is too large", { reason: "TooLarge", code });
    w.create();
    const { instance } = await w.pass();
    assert.equal(status(instance).state, "ERROR");
    assert.match(condition(instance, "Ready").message!, /too large/);
  }
});

Deno.test("the author's conditions are left out if no status with them is accepted, until they change", async () => {
  const { w, cluster, writes } = await judging(
    "conditions: [\"${runtime.newCondition({type: 'Mine', status: 'True', reason: schema.spec.v})}\"]",
  );
  cluster.refuses = ({ conditions }) => {
    const isRefused = (conditions as JsonObject[]).some((c) => c.reason === "huge");
    return isRefused ? new ApiError("too large", { reason: "TooLarge", code: 413 }) : undefined;
  };
  w.create({ v: "huge" });
  const { instance } = await w.pass();
  assert.match(condition(instance, "Ready").message!, /too large/);
  assert.equal(condition(instance, "Mine").type, undefined);
  w.now = new Date("2026-01-02T00:00:00Z");
  await w.pass();
  assert.equal(writes(), 0);
  w.change({ v: "small" });
  assert.equal((await w.pass()).state, "ACTIVE");
  assert.equal(condition(w.instance(), "Mine").reason, "small");
});

Deno.test("an unresolved instance shows the conditions that stand in the cluster", async () => {
  const { w, cluster } = await judging();
  w.create();
  await w.converge();
  cluster.refuses = () => new ApiError("broken", { reason: "ServerError", code: 503 });
  const graph = { instance: w.kind, unresolved: "no revision compiles" };
  const { conditions } = await reconcile(graph, w.instance(), w.cluster, w.context);
  assert.deepEqual(conditions, status(w.instance()).conditions);
});

Deno.test("a condition that waits for data keeps its last value", async () => {
  const { w } = await judging(
    "conditions: [\"${runtime.newCondition({type: 'Mine', status: a.data.?gone.orValue(a.data.value) == '1' ? 'True' : 'False'})}\"]",
  );
  w.create({ v: "1" });
  await w.converge();
  assert.equal(condition(w.instance(), "Mine").status, "True");
  refuseObjects(w.cluster as Judging);
  w.cluster.evict(configMap("demo-a"));
  await w.pass();
  assert.equal(condition(w.instance(), "Mine").status, "True");
});

/** Makes the cluster reject all further applies. */
function refuseObjects(cluster: Judging): void {
  cluster.apply = () => Promise.reject(new ApiError("no", { reason: "Forbidden", code: 403 }));
}

/**
 * Test cases with the list `["a", null]`. Each contains the schema of the list's elements, and the elements
 * that kro must write to the status. The test also uses the schema for the values of a map.
 */
const nulls: Record<string, [items: Schema, kept: unknown[]]> = {
  "of a type": [{ type: "string" }, ["a"]],
  "of a nullable type": [{ type: "string", nullable: true }, ["a", null]],
  "of any type": [{ "x-kubernetes-preserve-unknown-fields": true }, ["a", null]],
};

for (const [name, [items, list]] of Object.entries(nulls)) {
  Deno.test(`null among the elements ${name} is ${list.length > 1 ? "kept" : "left out"}`, () => {
    const properties = { list: { items }, map: { additionalProperties: items } };
    const schema = { openAPIV3Schema: { properties: { status: { properties } } } };
    const crd = { spec: { versions: [{ name: "v1", schema }] } };
    const graph = { crd, instance: { version: "v1" } } as unknown as Graph;
    const map = list.length > 1 ? { a: "a", b: null } : { a: "a" };
    assert.deepEqual(
      withoutNullItems({ list: ["a", null], map: { a: "a", b: null } }, graph),
      { list, map },
    );
  });
}
