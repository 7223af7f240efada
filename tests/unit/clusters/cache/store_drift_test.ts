/**
 * Tests of the cache of child objects: which objects have the state that kro applied, and which have drifted.
 */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject } from "../../../../src/api/mod.ts";
import { at, desired, filled, seen, TestStore, write } from "./store_fixtures.ts";

Deno.test("store: an applied object holds until an event shows drift", async () => {
  const store = filled();
  // kro applies the value `1000m`, and the API server stores it as `1`, as it does for quantities. After the
  // response, the cache must treat both notations as the same value.
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true);
  store.observe({ ...seen(6, { data: { k: "1" } }), status: { phase: "x" } });
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), true, "kro does not own the status");
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  store.observe(seen(7, { data: { k: "3" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: after a restart the desired values are compared with the live ones", () => {
  const store = filled(seen(5, { data: { k: "1" } }));
  assert.equal(store.isUpToDate(at, desired({ k: "1" })), true);
  assert.equal(store.isUpToDate(at, desired({ k: "2" })), false);
  assert.equal(
    store.isUpToDate(at, desired({})),
    false,
    "a field that kro still owns must be removed",
  );
  assert.equal(store.isUpToDate(at, { ...desired({ k: "1" }), apiVersion: "v2" }), false);
});

Deno.test("store: an object that was deleted and created again does not hold", async () => {
  const store = filled();
  await write(store, { k: "1000m" }, seen(5, { data: { k: "1" } }));
  store.observe(seen(8, { data: { k: "1" }, uid: "u2" }));
  assert.equal(store.isUpToDate(at, desired({ k: "1000m" })), false);
});

Deno.test("store: a change of a volatile field alone needs no write, unless kro wrote the object that it reads", async () => {
  const volatile = (basis: string) => ({ paths: [["data", "seen"]], basis });
  const store = filled();
  const first = seen(5, { data: { seen: "1", k: "a" } });
  const send = () => Promise.resolve(first);
  await store.apply(at, desired({ seen: "1", k: "a" }), volatile("3"), send);
  const holds = (data: Record<string, string>, basis: string) =>
    store.isUpToDate(at, desired(data), volatile(basis));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), true);
  assert.equal(
    holds({ seen: "2", k: "a" }, "9"),
    false,
    "kro wrote the object that the field reads",
  );
  assert.equal(holds({ seen: "2", k: "b" }, "3"), false, "another field");
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" })), false, "not volatile");
  store.observe(seen(6, { data: { seen: "0", k: "a" } }));
  assert.equal(holds({ seen: "2", k: "a" }, "3"), false, "drift");
});

Deno.test("store: after a restart the live value of a volatile field is accepted", () => {
  const store = filled(seen(5, { data: { seen: "1", k: "a" } }));
  const volatile = { paths: [["data", "seen"]], basis: "" };
  assert.equal(store.isUpToDate(at, desired({ seen: "2", k: "a" }), volatile), true);
  assert.equal(
    store.isUpToDate(at, desired({ seen: "2", k: "a" }), { ...volatile, basis: "3" }),
    false,
  );
});

/** Returns an object of which kro owns exactly the spec fields that `owned` lists. */
function scaled(resourceVersion: number, spec: JsonObject, owned: string[]): KubeObject {
  const object = seen(resourceVersion);
  const [entry] = object.metadata.managedFields!;
  const fields = Object.fromEntries(owned.map((name) => [`f:${name}`, {}]));
  object.metadata.managedFields = [{
    ...entry!,
    fieldsV1: { ...entry!.fieldsV1, "f:spec": fields },
  }];
  return { ...object, spec };
}

Deno.test("store: null holds while kro owns the field, and drifts when another manager sets it", async () => {
  const wanted = { ...desired({}), spec: { replicas: null, paused: true } };
  const owned = ["replicas", "paused"];
  for (const live of [{ paused: true }, { paused: true, replicas: null }]) {
    const store = new TestStore();
    store.observe(scaled(1, live, owned));
    assert.equal(store.isUpToDate(at, wanted), true, "without a value, also after a restart");
    store.observe(scaled(2, { paused: true, replicas: 3 }, ["paused"]));
    assert.equal(store.isUpToDate(at, wanted), false);
  }
  const store = new TestStore();
  const defaulted = { paused: true, replicas: 1 };
  await store.apply(at, wanted, undefined, () => Promise.resolve(scaled(1, defaulted, owned)));
  assert.equal(store.isUpToDate(at, wanted), true, "the API server may replace null by a default");
  store.observe(scaled(2, { paused: true, replicas: 3 }, ["paused"]));
  assert.equal(store.isUpToDate(at, wanted), false);
  assert.equal(store.hasDrifted(at, wanted), true);
  assert.equal(store.isUpToDate(at, { ...wanted, spec: { paused: true } }), true);
});
