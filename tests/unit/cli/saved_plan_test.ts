/**
 * Tests of plans that are saved to a file: the file format, the recorded states of objects, and the
 * comparison of the plan with the cluster after it was applied.
 */
import assert from "node:assert/strict";
import type { KubeObject, ManagedFieldsEntry } from "../../../src/api/mod.ts";
import { readPlan, stateOf, writePlan } from "../../../src/cli/plan/file.ts";
import { invalidAt } from "../../../src/cli/plan/invalid.ts";
import { differenceOf } from "../../../src/cli/plan/saved.ts";
import type { ObjectChange } from "../../../src/explain/mod.ts";
import { VERSION } from "../../../src/api/mod.ts";

const entry: ManagedFieldsEntry = {
  manager: "kro.run/applyset",
  operation: "Apply",
  time: "2026-01-01T00:00:00Z",
  fieldsV1: { "f:data": {} },
};

function object(metadata: KubeObject["metadata"] = {}): KubeObject {
  const own = { name: "a", uid: "u", generation: 1, resourceVersion: "1", managedFields: [entry] };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...own, ...metadata },
    data: { k: "v" },
  };
}

Deno.test("the state of an object changes with its fields' owners, not with its status", () => {
  const state = stateOf(object());
  const status: ManagedFieldsEntry = { ...entry, manager: "kubelet", subresource: "status" };
  const same = { resourceVersion: "2", managedFields: [status, entry] };
  assert.equal(stateOf(object(same)), state);
  const changes: KubeObject["metadata"][] = [
    { uid: "other" },
    { generation: 2 },
    { deletionTimestamp: "2026-01-01T00:00:00Z" },
    { managedFields: [{ ...entry, time: "2026-01-02T00:00:00Z" }] },
    { managedFields: [entry, { ...entry, manager: "kubectl", operation: "Update" }] },
  ];
  for (const change of changes) assert.notEqual(stateOf(object(change)), state, String(change));
  assert.equal(stateOf(undefined), null);
});

Deno.test("an object that is not as planned is named with the field", () => {
  const change = (more: Partial<ObjectChange>): ObjectChange => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: "a",
    action: "changed",
    fields: [{ path: "data.k", old: "x", new: "v" }],
    ...more,
  });
  assert.equal(differenceOf(change({}), object()), undefined);
  const other = change({ fields: [{ path: "data.k", new: "w" }] });
  assert.equal(differenceOf(other, object()), "data.k is not as planned");
  const removed = change({ fields: [{ path: "data.k", old: "v" }] });
  assert.equal(differenceOf(removed, object()), "data.k is not as planned");
  const hidden = change({ fields: [{ path: "data.k", new: "hmac:abc" }] });
  assert.equal(differenceOf(hidden, object()), undefined);
  const empty = change({ fields: [{ path: "data", new: {} }] });
  assert.equal(differenceOf(empty, object()), undefined);
  assert.equal(differenceOf(change({}), undefined), "the object does not exist");
  assert.equal(differenceOf(change({ action: "pruned" }), object()), "the object still exists");
  assert.equal(differenceOf(change({ action: "pruned" }), undefined), undefined);
  const leaving = object({ deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.equal(differenceOf(change({ action: "pruned" }), leaving), undefined);
});

Deno.test("a plan is read as it was written; an edited or foreign one is refused", async () => {
  const path = await Deno.makeTempFile();
  const instances = { planned: 1, deleting: 0, suspended: 0 };
  const report = { graphs: [], instances, objects: 1, changes: [], waits: [], notes: [] };
  const base = {
    cluster: "uid:1",
    namespace: "n",
    manifests: [],
    instances: [],
    states: [],
    report,
  };
  try {
    await Deno.chmod(path, 0o644);
    await writePlan(path, { version: VERSION, ...base });
    const { format: _, ...read } = await readPlan(path);
    assert.deepEqual(read, { version: VERSION, ...base });
    assert.equal((await Deno.stat(path)).mode! & 0o077, 0, "only the owner may read the file");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace('"uid:1"', '"uid:2"'));
    await assert.rejects(readPlan(path), /was edited after kro wrote it/);
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(readPlan(path), /is not a plan of kro/);
    await Deno.writeTextFile(path, text.slice(0, 40));
    await assert.rejects(readPlan(path), /^UsageError: \S+:\d+:\d+: invalid JSON: /);
    await writePlan(path, { version: "v0.0.1", ...base });
    await assert.rejects(readPlan(path), /was made by kro v0\.0\.1, but this is kro/);
    // The digest of another version may be computed in another way, and its format may be another.
    const later = { format: "kro-plan/v9", version: "v9.0.0", digest: "other" };
    await Deno.writeTextFile(path, JSON.stringify(later));
    await assert.rejects(readPlan(path), /was made by kro v9\.0\.0, but this is kro/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("an invalid instance counts for a change at, above or below the invalid field", () => {
  const head = { apiVersion: "kro.run/v1", kind: "Shop", name: "a" };
  const invalid = [{ ...head, problems: ["spec.ports[2].name: 1 is not of type string"] }];
  assert.equal(invalidAt(invalid, "spec.ports[].name").length, 1);
  assert.equal(invalidAt(invalid, "spec.ports").length, 1);
  assert.equal(invalidAt(invalid, "spec.port").length, 0);
});
