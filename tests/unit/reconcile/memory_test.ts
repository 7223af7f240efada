/**
 * Tests that the in-memory cluster behaves like an API server, as far as a reconciliation can
 * observe.
 */
import assert from "node:assert/strict";
import {
  ApiError,
  type JsonObject,
  type KubeObject,
  Label,
  type ObjectRef,
} from "../../../src/api/mod.ts";
import { snapshotSource } from "../../../src/openapi/mod.ts";
import { applied, MemoryCluster } from "../../../src/reconcile/mod.ts";
import { CONFIG_MAP, configMap, foreignMap, SECRET } from "./fixtures.ts";

const map = configMap("a");
const wanted = (data: Record<string, string>): KubeObject => foreignMap("a", data);
const isConflict = (error: unknown) => error instanceof ApiError && error.reason === "Conflict";

Deno.test("apply creates, then configures, then makes no call for an unchanged object", async () => {
  const c = new MemoryCluster();
  const actions = [];
  for (const value of ["1", "2", "2"]) {
    actions.push((await c.apply(map, wanted({ value }), { force: true })).action);
  }
  assert.deepEqual(actions, ["created", "configured", "unchanged"]);
  assert.deepEqual(c.calls.map((x) => x.verb), ["apply", "apply"]);
  const object = (await c.get(map))!;
  assert.equal(object.metadata.resourceVersion, "2");
  assert.equal(object.metadata.uid, "00000000-0000-4000-8000-000000000001");
  assert.equal(object.metadata.creationTimestamp, "1970-01-01T00:00:00Z");
});

Deno.test("applying another manager's field conflicts with its owner and field, unless forced or equal", async () => {
  const c = new MemoryCluster();
  c.put(CONFIG_MAP, wanted({ value: "theirs", other: "o" }), "someone");
  await assert.rejects(c.apply(map, wanted({ value: "ours" }), { force: false }), (error) => {
    assert.ok(error instanceof ApiError && error.code === 409);
    assert.deepEqual(error.causes, [{
      reason: "FieldManagerConflict",
      message: 'conflict with "someone"',
      field: ".data.value",
    }]);
    return true;
  });
  const shared = await c.apply(map, wanted({ value: "theirs" }), { force: false });
  assert.equal(shared.action, "configured");
  const forced = await c.apply(map, wanted({ value: "ours" }), { force: true });
  assert.deepEqual(forced.object.data, { value: "ours", other: "o" });
  const owners = forced.object.metadata.managedFields!.map((e) => [e.manager, e.fieldsV1]);
  assert.deepEqual(owners, [
    ["someone", { "f:data": { "f:other": {} } }],
    ["kro.run/applyset", { "f:data": { "f:value": {} } }],
  ]);
});

Deno.test("applying null again keeps the value that the API server chose for the field", () => {
  const write = { manager: "kro", time: "2026-01-01T00:00:00Z", force: true };
  const wantedNull = { ...wanted({ kept: "1" }), data: { kept: "1", chosen: null } };
  const first = applied(undefined, wantedNull as KubeObject, write);
  const live = { ...first, data: { kept: "1", chosen: "default" } };
  assert.deepEqual(applied(live, wantedNull as KubeObject, write), live);
  const theirs = { ...live, metadata: { ...live.metadata, managedFields: [] } };
  assert.deepEqual(applied(theirs, wantedNull as KubeObject, write).data, wantedNull.data);
});

Deno.test("a map stays while an apply has fields in it, although its manager owned the map itself", async () => {
  const c = new MemoryCluster();
  await c.apply(map, wanted({}), { force: true });
  const { object } = await c.apply(map, wanted({ value: "1" }), { force: true });
  assert.deepEqual(object.data, { value: "1" });
  // The API server writes "." into the entry of an update, which kro takes over as its own.
  const fieldsV1 = { "f:data": { ".": {}, "f:value": {}, "f:old": {} } };
  const live = { ...wanted({ value: "1", old: "2" }) };
  live.metadata = {
    ...live.metadata,
    managedFields: [{ manager: "me", operation: "Apply", apiVersion: "v1", fieldsV1 }],
  };
  const write = { manager: "me", time: "2026-01-01T00:00:00Z", force: true };
  assert.deepEqual(applied(live, wanted({ value: "3" }), write).data, { value: "3" });
  const without = { ...wanted({}), data: undefined };
  assert.equal(applied(live, without, write).data, undefined);
});

Deno.test("applying a list with null again keeps the element that the API server has stored", () => {
  const write = { manager: "kro", time: "2026-01-01T00:00:00Z", force: true };
  const withArgs = (...args: (string | null)[]) =>
    ({ ...wanted({}), spec: { args } }) as unknown as KubeObject;
  const first = applied(undefined, withArgs("a", null), write);
  const live = { ...first, spec: { args: ["a", ""] } };
  assert.deepEqual(applied(live, withArgs("a", null), write), live);
  assert.deepEqual(applied(live, withArgs("b", null), write).spec, { args: ["b", null] });
  assert.deepEqual(applied(live, withArgs("a", null, null), write).spec, {
    args: ["a", null, null],
  });
});

Deno.test("a field dropped from the applied object is removed unless another manager owns it", async () => {
  const c = new MemoryCluster();
  await c.apply(map, wanted({ mine: "1", shared: "2", kept: "3" }), { force: true });
  c.edit(map, (d) => (d.data as JsonObject).shared = "changed", "someone");
  const { object } = await c.apply(map, wanted({ kept: "3" }), { force: true });
  assert.deepEqual(object.data, { kept: "3", shared: "changed" });
});

Deno.test("lists with keys in the schema are merged, other lists are replaced", async () => {
  const source = snapshotSource();
  const service = (await source.resolve({ group: "", version: "v1", kind: "Service" }))!;
  const c = new MemoryCluster({ kinds: [service] });
  const ref: ObjectRef = { kind: service, namespace: "default", name: "s" };
  const object = (ports: JsonObject[], externalIPs: string[]): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "default" },
    spec: { ports, externalIPs },
  });
  const web = { port: 80, protocol: "TCP" };
  await c.apply(ref, object([{ ...web, name: "web" }, { port: 81, protocol: "TCP" }], ["1"]), {
    force: true,
  });
  c.edit(ref, (d) => {
    const spec = d.spec as { ports: JsonObject[] };
    spec.ports[0]!.nodePort = 30000;
    spec.ports.push({ port: 90, protocol: "TCP" });
  });
  const { object: after } = await c.apply(ref, object([{ ...web, name: "www" }], ["2"]), {
    force: true,
  });
  assert.deepEqual(after.spec, {
    ports: [{ ...web, name: "www", nodePort: 30000 }, { port: 90, protocol: "TCP" }],
    externalIPs: ["2"],
  });
});

Deno.test("generation changes only with the spec", async () => {
  const c = new MemoryCluster();
  const ref = { ...map, kind: { ...CONFIG_MAP, kind: "Thing", group: "example.com" } };
  c.put(ref.kind, {
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { ...wanted({}).metadata },
    spec: { a: 1 },
  });
  c.edit(ref, (d) => d.metadata.labels = { x: "y" });
  c.edit(ref, (d) => d.status = { ok: true });
  assert.equal((await c.get(ref))!.metadata.generation, 1);
  c.edit(ref, (d) => d.spec = { a: 2 });
  assert.equal((await c.get(ref))!.metadata.generation, 2);
});

Deno.test("delete checks the uid, waits for finalizers, and succeeds for a deleted object", async () => {
  const c = new MemoryCluster();
  const { uid } = c.put(CONFIG_MAP, wanted({})).metadata;
  await assert.rejects(c.delete(map, { uid: "other" }), isConflict);
  c.edit(map, (d) => d.metadata.finalizers = ["x/y"]);
  await c.delete(map, { uid: uid! });
  assert.ok((await c.get(map))!.metadata.deletionTimestamp);
  const patched = await c.patch(map, { metadata: { finalizers: null } });
  assert.equal(patched.metadata.uid, uid);
  assert.equal(await c.get(map), undefined);
  await c.delete(map, { uid: uid! });
});

Deno.test("patch and writeStatus are refused for an old resourceVersion and for a missing object", async () => {
  const c = new MemoryCluster();
  const old = c.put(CONFIG_MAP, wanted({ a: "1" }));
  c.edit(map, (d) => d.data = { a: "2" });
  const { resourceVersion } = old.metadata;
  await assert.rejects(
    c.patch(map, { metadata: { resourceVersion, labels: { x: "y" } } }),
    isConflict,
  );
  await assert.rejects(c.writeStatus(map, { ...old, status: {} }), isConflict);
  const gone = configMap("gone");
  for (const attempt of [() => c.patch(gone, {}), () => c.writeStatus(gone, wanted({}))]) {
    await assert.rejects(attempt(), (e) => e instanceof ApiError && e.reason === "NotFound");
  }
});

Deno.test("lists select by kind, namespace and labels, and live lists return metadata only", async () => {
  const c = new MemoryCluster();
  c.put(CONFIG_MAP, foreignMap("a", { v: "1" }, { labels: { x: "1" } }));
  c.put(CONFIG_MAP, foreignMap("b", {}, { labels: { x: "2" } }));
  c.put(CONFIG_MAP, foreignMap("c", {}, { namespace: "other", labels: { x: "1" } }));
  const names = (list: KubeObject[]) => list.map((o) => o.metadata.name);
  const labelSelector = "x=1";
  assert.deepEqual(names(await c.listExternal({ kind: CONFIG_MAP, labelSelector })), ["a", "c"]);
  const scope = { kind: CONFIG_MAP, namespace: "default" };
  assert.deepEqual(names(await c.listExternal({ ...scope, labelSelector })), ["a"]);
  assert.deepEqual(await c.listExternal({ kind: SECRET }), []);
  c.put(CONFIG_MAP, foreignMap("d", { v: "1" }, { labels: { [Label.applySetPartOf]: "set" } }));
  assert.deepEqual(names(await c.listMembers(scope, "set")), ["d"]);
  const [live] = await c.listMembersLive(scope, "set");
  assert.deepEqual(Object.keys(live!), ["apiVersion", "kind", "metadata"]);
});
