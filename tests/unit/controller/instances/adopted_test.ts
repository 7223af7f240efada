import assert from "node:assert/strict";
import { Adopted } from "../../../../src/controller/instances/adopted.ts";
import type { NodeOutcome, ObjectOutcome } from "../../../../src/reconcile/mod.ts";

const nodes = (object: Partial<ObjectOutcome>): NodeOutcome[] => [{
  id: "a",
  state: "Ready",
  objects: [{ apiVersion: "v1", kind: "ConfigMap", name: "x", action: "unchanged", ...object }],
}];

Deno.test("an adoption is reported once, and shown until the object is created again", () => {
  const adopted = new Adopted();
  const shown = (object: Partial<ObjectOutcome>) => {
    const noted = adopted.record(nodes(object));
    return [noted.adopted.length, noted.nodes[0]!.objects[0]!.adopted];
  };
  assert.deepEqual(shown({ action: "created" }), [0, undefined]);
  assert.deepEqual(shown({ action: "configured", adopted: true }), [1, true]);
  assert.deepEqual(shown({}), [0, true]);
  adopted.record([]);
  assert.deepEqual(shown({}), [0, true], "also after a pass that came to nothing");
  assert.deepEqual(shown({ action: "created" }), [0, undefined]);
  assert.deepEqual(shown({}), [0, undefined]);
});
