/** Tests of the changes of CRDs, and of the kinds that a compilation found to be served or not. */
import assert from "node:assert/strict";
import { CrdChanges } from "../../../../src/controller/graphs/crd_changes.ts";

function kind(plural: string, group: string) {
  return { group, version: "v1", kind: plural, plural, namespaced: true };
}

const [used, missing] = [kind("stores", "a.example.com"), kind("shops", "b.example.com")];
const build = { uses: [used], missing: [missing] };
const both = [{ kind: used, isServed: true }, { kind: missing, isServed: false }];

Deno.test("a compilation shows which kinds are served, except kinds whose CRDs changed since", () => {
  const changes = new CrdChanges();
  changes.add("stores.a.example.com");
  const since = changes.clock;
  assert.deepEqual(changes.servedKinds(build, since), both);
  changes.add("shops.a.example.com");
  assert.deepEqual(changes.servedKinds(build, since), both);
  changes.add("stores.a.example.com");
  assert.deepEqual(changes.servedKinds(build, since), [both[1]]);
  // The plural of a missing kind is unknown, so every CRD of its group may define it.
  changes.add("stores.b.example.com");
  assert.deepEqual(changes.servedKinds(build, since), []);
  assert.deepEqual(changes.servedKinds(build, changes.clock), both);
});

Deno.test("a compilation that could not look up a kind shows nothing about kinds", () => {
  const changes = new CrdChanges();
  const unavailable = "its API does not answer";
  assert.deepEqual(changes.servedKinds({ ...build, unavailable }, changes.clock), []);
});

Deno.test("only the last thousand changed CRDs are remembered", () => {
  const changes = new CrdChanges();
  const since = changes.clock;
  for (let i = 0; i < 1000; i++) changes.add(`k${i}.c.example.com`);
  assert.equal(changes.since(since)?.length, 1000);
  changes.add("more.c.example.com");
  assert.equal(changes.since(since), undefined);
  assert.deepEqual(changes.servedKinds(build, since), []);
  assert.equal(changes.since(1)?.length, 1000);
});
