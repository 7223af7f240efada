/** Tests of the message that reports the failed objects of a collection. */
import assert from "node:assert/strict";
import { MAX_MESSAGE } from "../../../src/api/mod.ts";
import { type ItemFault, itemsMessage } from "../../../src/reconcile/item_faults.ts";
import { condition, configMap, world } from "./fixtures.ts";

function item(index: number, message: (name: string) => string, name = `a-${index}`): ItemFault {
  const metadata = { namespace: "ns", name };
  return {
    index,
    object: { apiVersion: "v1", kind: "ConfigMap", metadata },
    fault: { state: "Failed", message: message(name) },
  };
}

const invalid = (name: string) => `APPLY configmaps ns/${name}: ConfigMap "${name}" is invalid`;
const denied = (name: string) => `APPLY configmaps ns/${name}: denied`;

const cases: Record<string, { faults: ItemFault[]; expected: string }> = {
  "one failure": {
    faults: [item(3, denied)],
    expected: "collection item 3: APPLY configmaps ns/a-3: denied",
  },
  "the same failure of several objects": {
    faults: [0, 2, 5].map((index) => item(index, invalid)),
    expected: 'collection item 0 (also 2, 5): APPLY configmaps ns/a-0: ConfigMap "a-0" is invalid',
  },
  "different failures": {
    faults: [item(0, invalid), item(1, denied), item(2, invalid), item(3, denied)],
    expected: 'collection item 0 (also 2): APPLY configmaps ns/a-0: ConfigMap "a-0" is invalid; ' +
      "collection item 1 (also 3): APPLY configmaps ns/a-1: denied",
  },
  "names that occur in the message": {
    faults: ["a", "i"].map((name, index) => item(index, invalid, name)),
    expected: 'collection item 0 (also 1): APPLY configmaps ns/a: ConfigMap "a" is invalid',
  },
  "many failures of one kind": {
    faults: Array.from({ length: 14 }, (_, index) => item(index, denied)),
    expected: "collection item 0 (also 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more): " +
      "APPLY configmaps ns/a-0: denied",
  },
};

for (const [what, { faults, expected }] of Object.entries(cases)) {
  Deno.test(`failures of items: ${what}`, () => assert.equal(itemsMessage(faults), expected));
}

Deno.test("failures of items: long and many distinct messages are cut, and each part stays readable", () => {
  const faults = Array.from(
    { length: 40 },
    (_, index) => item(index, () => `failure ${index} ${"x".repeat(5000)} end ${index}`),
  );
  const message = itemsMessage(faults);
  assert.ok(message.length <= MAX_MESSAGE, String(message.length));
  for (const index of [0, 1, 2, 3]) {
    assert.match(
      message,
      new RegExp(`collection item ${index}: failure ${index} x+ … .* end ${index}`),
    );
  }
  assert.match(message, /; and 36 more failures$/);
});

Deno.test("all refused items of a collection are reported", async () => {
  const w = await world(`
schema: {spec: {names: "[]string"}}
resources:
  - id: maps
    forEach: [{name: "\${schema.spec.names}"}]
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: "\${name}"}}`);
  const taken = (name: string, set: string) =>
    w.cluster.put(configMap(name).kind, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels: { "applyset.kubernetes.io/part-of": set } },
    });
  taken("a", "one");
  taken("c", "two");
  w.create({ names: ["a", "b", "c"] });
  const { instance, state } = await w.pass();
  assert.equal(state, "ERROR");
  const { message } = condition(instance, "ResourcesReady");
  assert.match(message!, /collection item 0: resource belongs .* ApplySet "one"/);
  assert.match(message!, /; collection item 2: resource belongs .* ApplySet "two"/);
  assert.ok(w.configMap("b"));
});
