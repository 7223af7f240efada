/** Tests that finding the owners of the fields of an object reads each managed field few times. */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
import { notableOwners } from "../../../src/server/owners.ts";

/** Returns the number of times that {@link notableOwners} reads or enumerates a key of the managed fields. */
function work(count: number): number {
  let reads = 0;
  const counted = (fields: JsonObject): JsonObject =>
    new Proxy(fields, {
      ownKeys(target) {
        reads += Reflect.ownKeys(target).length;
        return Reflect.ownKeys(target);
      },
    });
  const keys = Array.from({ length: count }, (_, i) => `k${i}`);
  const data = Object.fromEntries(keys.map((key) => [key, "x"]));
  const owned = counted(Object.fromEntries(keys.map((key) => [`f:${key}`, {}])));
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "a",
      managedFields: [{ manager: "editor", operation: "Update", fieldsV1: { "f:data": owned } }],
    },
    data,
  };
  const found = notableOwners(object, { data });
  assert.equal(found.length, count);
  assert.deepEqual(found.at(-1)?.owners, [{ manager: "editor", operation: "Update" }]);
  return reads;
}

Deno.test("the owners of many fields of one object are found in linear time", () => {
  const [small, large] = [work(100), work(400)];
  assert.ok(large <= 5 * Math.max(small, 400), `${small} reads, then ${large}`);
});
