/** Tests Events with values that any user of a namespace may write. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { event } from "../../../src/explain/why/objects.ts";
import { readLive } from "../../../src/server/live.ts";

const LONG: KubeObject = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "__proto__" },
  type: "Warning",
  reason: "constructor",
  message: "x".repeat(1_000_000),
  involvedObject: { kind: "__proto__", name: "toString" },
};

Deno.test("a message of an Event is shortened in explanations and in the JSON API", async () => {
  assert.ok(event(LONG).text.length < 2_000);
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", uid: "1" } };
  const reader = { get: () => Promise.resolve(object), list: () => Promise.resolve([LONG]) };
  const ref = {
    kind: { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
    namespace: "n",
    name: "a",
  };
  const live = await readLive(reader, ref, null);
  assert.equal(live?.events[0]?.message.length, 1_024);
});
