/** Tests that finding the owners of the fields of an object reads each managed field few times. */
import assert from "node:assert/strict";
import { type JsonObject, type KubeObject, Manager, MAX_VALUES } from "../../../src/api/mod.ts";
import { fingerprint } from "../../../src/clusters/drift/fingerprint.ts";
import { notableOwners } from "../../../src/server/owners.ts";

/** Returns an object whose managed fields are counted by `read` whenever their keys are listed or read. */
function counted(fields: JsonObject, read: (count: number) => void): JsonObject {
  return new Proxy(fields, {
    ownKeys(target) {
      read(Reflect.ownKeys(target).length);
      return Reflect.ownKeys(target);
    },
    get(target, key) {
      read(1);
      return Reflect.get(target, key);
    },
  });
}

function configMap(fieldsV1: JsonObject, fields: object): KubeObject {
  const managedFields = [{ manager: "editor", operation: "Update" as const, fieldsV1 }];
  const { metadata, ...others } = fields as { metadata?: object };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", managedFields, ...metadata },
    ...others,
  };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `k${i}`);

/** Returns the number of times that a managed field is read to find the owners of `count` fields. */
const WORK: Record<string, (count: number) => number> = {
  "the template's fields": (count) => {
    let reads = 0;
    const data = Object.fromEntries(names(count).map((name) => [name, "x"]));
    const owned = Object.fromEntries(names(count).map((name) => [`f:${name}`, {}]));
    const fields = { "f:data": counted(owned, (read) => reads += read) };
    const found = notableOwners(configMap(fields, { data }), { data });
    assert.equal(found.length, count);
    assert.deepEqual(found.at(-1)?.owners, [{ manager: "editor", operation: "Update" }]);
    return reads;
  },
  finalizers: (count) => {
    let reads = 0;
    const finalizers = names(count);
    const owned = Object.fromEntries(finalizers.map((name) => [`v:"${name}"`, {}]));
    const fields = {
      "f:metadata": { "f:finalizers": counted(owned, (read) => reads += read) },
    };
    const metadata = { finalizers, deletionTimestamp: "2026-01-01T00:00:00Z" };
    const found = notableOwners(configMap(fields, { metadata }));
    assert.equal(found.length, count);
    return reads;
  },
};

/** The keys of a list element in the managed fields. */
const KEYS: Record<string, (name: string, nth: number) => string> = {
  "their name": (name) => `k:{"name":"${name}"}`,
  "a field that the elements lack, and their name": (name) => `k:{"name":"${name}","port":80}`,
  "their value": (name) => `v:{"value":"v","name":"${name}"}`,
  "their index": (_, nth) => `i:${nth}`,
};

for (const [what, keyOf] of Object.entries(KEYS)) {
  WORK[`list elements that are named by ${what}`] = (count) => {
    let reads = 0;
    const list = names(count).map((name) => ({ name, value: "v" }));
    const below = { "f:name": {}, "f:value": {} };
    const owned = Object.fromEntries(list.map(({ name }, nth) => [keyOf(name, nth), below]));
    const fields = { "f:list": counted(owned, (read) => reads += read) };
    assert.equal(notableOwners(configMap(fields, { list }), { list }).length, 2 * count);
    return reads;
  };
}

for (const [what, work] of Object.entries(WORK)) {
  Deno.test(`the owners of ${what} are found in linear time`, () => {
    const [small, large] = [work(100), work(400)];
    assert.ok(large <= 5 * Math.max(small, 400), `${small} reads, then ${large}`);
  });
}

Deno.test("merge keys with forged names do not multiply the work", () => {
  const work = (count: number) => {
    let reads = 0;
    const element = counted({ name: "a", b: 1 }, (read) => reads += read);
    const list = Array.from({ length: count }, () => element);
    const forged = Object.fromEntries(names(count).map((name) => [`k:{"${name}":1}`, {}]));
    notableOwners(configMap({ "f:list": forged }, { list }), { list: [{ name: "a", b: 1 }] });
    return reads;
  };
  assert.ok(work(2_000) < 3 * work(1_000) + 100);
});

Deno.test("an object with too many field managers or finalizers is examined in part", () => {
  const managers = (count: number) =>
    names(count).map((manager) => ({
      manager,
      operation: "Apply" as const,
      fieldsV1: { "f:data": {}, "f:metadata": { "f:finalizers": {} } },
    }));
  const data = { a: "x", b: "y" };
  const metadata = {
    deletionTimestamp: "2026-01-01T00:00:00Z",
    finalizers: names(2_000),
  };
  const paths = (count: number) => {
    const object = configMap({}, { data, metadata });
    object.metadata.managedFields = managers(count);
    return notableOwners(object, { data }).map(({ path }) => path);
  };
  assert.deepEqual(paths(1).slice(-2), ["data.a", "data.b"]);
  assert.equal(paths(1).length, 1_000 + 2);
  assert.deepEqual(paths(MAX_VALUES / 2), [
    "metadata.finalizers[0]",
    "metadata.finalizers[1]",
  ], "the template has three values");
});

Deno.test("keys of managed fields that are not JSON name no element", () => {
  const list = [{ name: "a" }];
  const fields = { "k:{": {}, "v:": {}, "k:null": {}, 'k:{"name":"a"}': { "f:name": {} } };
  const object = configMap({ "f:list": fields }, { list });
  assert.equal(notableOwners(object, { list })[0]?.owners[0]?.manager, "editor");
  const [entry] = object.metadata.managedFields!;
  object.metadata.managedFields = [{ ...entry, manager: Manager.children, operation: "Apply" }];
  assert.ok(fingerprint(object, undefined));
});
