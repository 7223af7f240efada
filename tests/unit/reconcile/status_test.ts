/**
 * Tests of an instance's status: its conditions, its state, and the fields that the RGD's author
 * declares.
 */
import assert from "node:assert/strict";
import type { Condition, JsonObject, KubeObject, ObjectRef } from "../../../src/api/mod.ts";
import { MemoryCluster, reconcile, type StatusPacing } from "../../../src/reconcile/mod.ts";
import { lostFields } from "../../../src/reconcile/status.ts";
import { ApiError } from "../../../src/api/mod.ts";
import { condition, configMap, foreignMap, mapNode, type World, world } from "./fixtures.ts";

const ONE = `
schema: {spec: {value: string | default="x"}}
resources:${mapNode("a", "${schema.spec.value}")}`;

Deno.test("a converged instance has four True conditions, InstanceSynced and the state ACTIVE", async () => {
  const w = await world(ONE);
  w.create();
  const { instance } = await w.pass();
  const stamp = { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
  const status = instance!.status as { state: string; conditions: Condition[] };
  const byType = Object.fromEntries(status.conditions.map((c) => [c.type, c]));
  assert.deepEqual(byType, {
    InstanceManaged: {
      type: "InstanceManaged",
      status: "True",
      reason: "Managed",
      message: "instance is properly managed with finalizers and labels",
      ...stamp,
    },
    GraphResolved: {
      type: "GraphResolved",
      status: "True",
      reason: "Resolved",
      message: "runtime graph created and all resources resolved",
      ...stamp,
    },
    ResourcesReady: {
      type: "ResourcesReady",
      status: "True",
      reason: "AllResourcesReady",
      message: "all resources are created and ready",
      ...stamp,
    },
    InstanceSynced: {
      type: "InstanceSynced",
      status: "True",
      reason: "ReconciliationSucceeded",
      message: "Instance reconciled successfully",
      ...stamp,
    },
    Ready: { type: "Ready", status: "True", reason: "Ready", message: "", ...stamp },
  });
  assert.equal(status.conditions.at(-1)!.type, "Ready");
  assert.equal(status.state, "ACTIVE");
});

Deno.test("an instance gets kro's finalizer, labels and inventory, and keeps its users' metadata", async () => {
  const w = await world(ONE);
  w.create({}, "demo", {
    labels: { team: "x" },
    annotations: { note: "n" },
    finalizers: ["example.com/other"],
  });
  await w.pass();
  const { labels, annotations, finalizers } = w.instance().metadata;
  assert.deepEqual(finalizers, ["example.com/other", "kro.run/finalizer"]);
  const { "applyset.kubernetes.io/id": id, ...others } = labels!;
  assert.match(id!, /^applyset-.*-v1$/);
  assert.deepEqual(others, {
    team: "x",
    "kro.run/owned": "true",
    "kro.run/kro-version": "v0.9.4",
    "kro.run/resource-graph-definition-id": "rgd-uid",
    "kro.run/resource-graph-definition-name": "demo",
    "kro.run/resource-graph-definition-namespace": "",
    "kro.run/controller-pod-id": "pod-1",
  });
  const { "internal.kro.run/applyset-inventory-hash": hash, ...notes } = annotations!;
  assert.match(hash!, /^sha256:/);
  assert.deepEqual(notes, {
    note: "n",
    "applyset.kubernetes.io/tooling": "kro/v0.9.4",
    "applyset.kubernetes.io/contains-group-kinds": "ConfigMap",
    "applyset.kubernetes.io/additional-namespaces": "",
  });
});

Deno.test("InstanceSynced repeats the cause of a failure and does not affect Ready", async () => {
  const w = await world(ONE);
  w.cluster.put(configMap("demo-a").kind, {
    ...foreignMap("demo-a", {}),
    metadata: {
      name: "demo-a",
      namespace: "default",
      labels: { "applyset.kubernetes.io/part-of": "other" },
    },
  });
  w.create();
  const { instance } = await w.pass();
  const synced = condition(instance, "InstanceSynced");
  const ready = condition(instance, "Ready");
  assert.equal(synced.status, "False");
  assert.deepEqual([synced.reason, synced.message], [ready.reason, ready.message]);
  assert.equal(ready.reason, "NotReady");
});

const FIELDS = `
schema:
  spec: {on: boolean | default=true, text: string | default="7"}
  status:
    own: "\${schema.spec.text}"
    deep: {both: "\${a.data.value}-and-\${b.data.value}", list: ["\${a.data.value}", "\${b.data.value}"]}
    number: "\${int(schema.spec.text)}"
resources:${mapNode("a", "1", '\n    includeWhen: ["${schema.spec.on}"]')}
${mapNode("b", "2")}`;

Deno.test("status fields and list elements without data are left out until they have data", async () => {
  const w = await world(FIELDS);
  w.create();
  const fields = async () => {
    const { state: _s, conditions: _c, ...rest } = (await w.pass()).instance!.status as JsonObject;
    return rest;
  };
  const all = { own: "7", deep: { both: "1-and-2", list: ["1", "2"] }, number: 7 };
  assert.deepEqual(await fields(), all);
  w.change({ on: false });
  assert.deepEqual(await fields(), { own: "7", deep: { list: ["2"] }, number: 7 });
  w.change({ on: true });
  assert.deepEqual(await fields(), all);
});

Deno.test("a status field that fails is left out, and other fields and conditions are written", async () => {
  const w = await world(FIELDS);
  w.create();
  await w.pass();
  w.change({ text: "seven" });
  const { instance, state, next } = await w.pass();
  const status = instance!.status as JsonObject;
  assert.equal(status.own, "seven");
  assert.equal("number" in status, false);
  assert.equal(state, "ERROR");
  assert.equal(next.kind, "retry");
  const { status: resolved, message } = condition(instance, "GraphResolved");
  assert.equal(resolved, "False");
  assert.match(message!, /^failed to evaluate status fields: status\.number: eval "int\(schema/);
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("a refused object makes the pass a refusal; a failing status field besides makes it an error", async () => {
  const w = await world(FIELDS);
  const labels = { "applyset.kubernetes.io/part-of": "applyset-other-v1" };
  w.cluster.put(configMap("demo-a").kind, foreignMap("demo-a", {}, { labels }));
  w.create();
  const refusal = (await w.pass()).next;
  assert.ok(refusal.kind === "retry" && refusal.refused);
  w.change({ text: "seven" });
  const failure = (await w.pass()).next;
  assert.ok(failure.kind === "retry" && !failure.refused);
  assert.match(failure.error, /^status\.number: /);
});

Deno.test("a suspended instance reads and applies nothing, and fields that read children stay", async () => {
  const w = await world(FIELDS);
  w.create();
  await w.pass();
  w.cluster.edit(w.ref(), (d) => d.metadata.annotations!["kro.run/reconcile"] = "Disabled");
  w.change({ text: "8" });
  w.cluster.evict(configMap("demo-b"));
  const { instance, state } = await w.pass();
  assert.deepEqual(w.counts(), { writeStatus: 1 });
  assert.deepEqual(w.cluster.calls.map((c) => c.verb), ["writeStatus"]);
  const { own, deep, number } = instance!.status as JsonObject;
  assert.deepEqual({ own, deep, number }, {
    own: "8",
    deep: { both: "1-and-2", list: ["1", "2"] },
    number: 8,
  });
  assert.equal(state, "ACTIVE");
  const { reason, message, status } = condition(instance, "Ready");
  assert.deepEqual([status, reason, message], [
    "False",
    "ReconciliationSuspended",
    "reconciliation suspended via kro.run/reconcile annotation",
  ]);
  w.now = new Date("2026-01-02T00:00:00Z");
  await w.pass();
  assert.deepEqual(w.cluster.calls, [], "the status is unchanged");
});

Deno.test("suspending keeps the state, and an instance that was never reconciled is IN_PROGRESS", async () => {
  const suspend = (w: World) =>
    w.cluster.edit(w.ref(), (d) => {
      d.metadata.annotations = { ...d.metadata.annotations, "kro.run/reconcile": "suspended" };
    });
  const failing = await world(`
resources:${mapNode("a", "${string(1 / (size(schema.metadata.name) - 4))}")}`);
  failing.create();
  assert.equal((await failing.pass()).state, "ERROR");
  suspend(failing);
  assert.equal((await failing.pass()).state, "ERROR");
  const fresh = await world(ONE);
  fresh.create();
  suspend(fresh);
  assert.equal((await fresh.pass()).state, "IN_PROGRESS");
});

Deno.test("a suspended instance still gets kro's finalizer and labels", async () => {
  const w = await world(ONE);
  w.create({}, "demo", { annotations: { "kro.run/reconcile": "suspended" } });
  await w.pass();
  assert.deepEqual(w.counts(), { patch: 1, writeStatus: 1 });
  assert.deepEqual(w.instance().metadata.finalizers, ["kro.run/finalizer"]);
});

Deno.test("if the instance cannot be patched nothing is created, and InstanceManaged has the cause", async () => {
  class Refusing extends MemoryCluster {
    override patch(): Promise<never> {
      return Promise.reject(new ApiError("patch is forbidden", { reason: "Forbidden", code: 403 }));
    }
  }
  const w = await world(ONE, { makeCluster: (o) => new Refusing(o) });
  w.create();
  const { instance, state } = await w.pass();
  assert.equal(state, "ERROR");
  const { reason, message } = condition(instance, "InstanceManaged");
  assert.equal(reason, "ManagementFailed");
  assert.equal(message, "finalizer/labeling failed: patch is forbidden");
  assert.deepEqual(w.configMaps(), []);
});

Deno.test("a status that the API server drops because of a changed CRD is retried", async () => {
  let drops = true;
  class Dropping extends MemoryCluster {
    override writeStatus(ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
      return super.writeStatus(ref, drops ? { ...object, status: {} } : object);
    }
  }
  const w = await world(FIELDS, { makeCluster: (o) => new Dropping(o) });
  w.create();
  const { next } = await w.pass();
  assert.equal(next.kind, "retry");
  assert.match(
    next.kind === "retry" ? next.error : "",
    /^the API server did not keep state, conditions, .* of the status: /,
  );
  drops = false;
  const again = await w.pass();
  assert.equal(again.next.kind, "done");
  assert.equal((again.instance!.status as JsonObject).state, "ACTIVE");
});

const losses: Record<string, [kept: JsonObject, fields: JsonObject, lost: string[]]> = {
  "all fields are kept": [{ a: 1 }, { a: 2 }, []],
  "a field is dropped": [{ a: 1 }, { a: 1, b: [] }, ["b"]],
  "a null field is dropped, as the API server does": [{}, { a: null }, []],
  "a field with the name of a member that each object inherits is dropped": [
    {},
    { constructor: "x" },
    ["constructor"],
  ],
};

for (const [name, [kept, fields, lost]] of Object.entries(losses)) {
  Deno.test(`fields that the API server dropped: ${name}`, () => {
    const metadata = { name: "demo" };
    const status = { state: "ACTIVE", conditions: [], ...kept };
    const written = { apiVersion: "example.com/v1", kind: "Demo", metadata, status };
    assert.deepEqual(lostFields(written, { state: "ACTIVE", conditions: [], fields }), lost);
  });
}

Deno.test("the finalizer is not added to an instance with an invalid inventory", async () => {
  const w = await world(ONE);
  w.create({}, "demo", { labels: { "applyset.kubernetes.io/id": "applyset-else-v1" } });
  const { instance } = await w.pass();
  assert.match(
    condition(instance, "InstanceManaged").message!,
    /^finalizer\/labeling failed: cannot install finalizer with invalid ApplySet inventory: invalid applyset\.kubernetes\.io\/id label/,
  );
});

Deno.test("an instance without a usable revision has GraphResolved False and keeps its status fields", async () => {
  const w = await world(FIELDS);
  w.create();
  await w.pass();
  const message = "latest issued graph revision 2 failed";
  w.cluster.calls.length = 0;
  const pass = () =>
    reconcile({ instance: w.kind, unresolved: message }, w.instance(), w.cluster, w.context);
  const outcome = await pass();
  assert.equal(outcome.state, "ERROR");
  const { status } = w.instance() as unknown as { status: JsonObject };
  assert.equal(status.own, "7");
  assert.equal(status.state, "ERROR");
  const { reason, message: text } = condition(w.instance(), "GraphResolved");
  assert.deepEqual([reason, text], ["ResolutionFailed", message]);
  await pass();
  assert.deepEqual(w.counts(), { writeStatus: 1 });
});

Deno.test("the status pace delays a write by its kind of change, and the outcome has the requeue delay", async () => {
  const w = await world(`
schema:
  spec: {value: string | default="x"}
  status: {got: "\${a.data.value}"}
resources:${
    mapNode(
      "a",
      "${schema.spec.value}",
      `
    readyWhen: ["\${a.data.extra == 'yes'}"]`,
    )
  }`);
  const asked: unknown[] = [];
  let wait = 0;
  const recorded: unknown[] = [];
  const statusPace: StatusPacing = {
    delayMs: (change) => (asked.push(change), wait),
    postponed: (change) => recorded.push(["postponed", change]),
    writing: (change) => recorded.push(["writing", change]),
  };
  w.context = { ...w.context, statusPace };
  w.create();
  await w.pass();
  await w.pass();
  assert.deepEqual(asked.splice(0), ["state or condition", undefined]);
  const first = [["writing", "state or condition"], ["writing", undefined]];
  assert.deepEqual(recorded.splice(0), first);

  wait = 100;
  w.cluster.edit(configMap("demo-a"), (d) => (d.data as JsonObject).extra = "no");
  await w.pass();
  w.cluster.edit(configMap("demo-a"), (d) => (d.data as JsonObject).value = "drifted");
  w.cluster.edit(w.ref(), (d) => (d.status as JsonObject).got = "edited");
  const late = await w.pass();
  assert.deepEqual(w.counts(), { apply: 1 });
  assert.equal(late.requeueAfterMs, 100);
  assert.equal((late.instance!.status as JsonObject).got, "edited");

  wait = 0;
  const written = await w.pass();
  assert.deepEqual(w.counts(), { writeStatus: 1 });
  assert.equal(written.requeueAfterMs, undefined);
  assert.equal((written.instance!.status as JsonObject).got, "x");
  assert.deepEqual([...new Set(asked.splice(0))], ["condition messages", "fields"]);
  assert.deepEqual(recorded.splice(0), [
    ["postponed", "condition messages"],
    ["postponed", "fields"],
    ["writing", "fields"],
  ]);

  w.cluster.edit(configMap("demo-a"), (d) => (d.data as JsonObject).extra = "yes");
  assert.equal((await w.pass()).state, "ACTIVE");
  assert.deepEqual(asked, ["state or condition"]);
});

const LAZY = `
schema:
  spec: {mode: string | default="local"}
  status:
    ternary: '\${schema.spec.mode == "local" ? local.data.value : remote.data.value}'
    text: 'via \${schema.spec.mode == "local" ? local.data.value : remote.data.value}'
    either: '\${schema.spec.mode == "local" || remote.data.value == "there"}'
    both: '\${schema.spec.mode != "local" && remote.data.value == "there"}'
    absent: "\${remote.data.value}"
    conditions:
    - '\${runtime.newCondition({type: "Here", status: (schema.spec.mode == "local" ? local.data.value : remote.data.value) == "here" ? "True" : "False"})}'
resources:${mapNode("local", "here", `\n    includeWhen: ['\${schema.spec.mode == "local"}']`)}
${mapNode("remote", "there", `\n    includeWhen: ['\${schema.spec.mode == "remote"}']`)}`;

Deno.test("a status expression that names a skipped node has a value if evaluation does not read the node", async () => {
  const w = await world(LAZY);
  w.create();
  const shown = async () => {
    const { state, conditions, ...fields } = (await w.converge()).instance!.status as JsonObject;
    const [here] = conditions as unknown as Condition[];
    return { state, here: here?.status, ...fields };
  };
  const local = { ternary: "here", text: "via here", either: true, both: false };
  assert.deepEqual(await shown(), { state: "ACTIVE", here: "True", ...local });
  w.change({ mode: "remote" });
  const remote = { ternary: "there", text: "via there", either: true, both: true, absent: "there" };
  assert.deepEqual(await shown(), { state: "ACTIVE", here: "False", ...remote });
});
