/** Tests of the states of a collection's single objects. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { itemStates } from "../../../src/reconcile/mod.ts";
import { compileYaml } from "./fixtures.ts";

const { graph } = await compileYaml(`
schema:
  spec: {names: "[]string"}
resources:
  - id: maps
    forEach: [{name: "\${schema.spec.names}"}]
    readyWhen: ["\${int(each.data.count) > 0}"]
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "\${name}"}
      data: {count: "1"}`);

function map(data: Record<string, string>, metadata = {}): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", ...metadata }, data };
}

Deno.test("each object has a state of its own, and a failure names the index of the object", () => {
  const states = itemStates(graph.nodes.get("maps")!, [
    map({ count: "1" }),
    map({ count: "0" }),
    map({ count: "many" }),
    map({ count: "1" }, { deletionTimestamp: "2026-01-02T03:04:05Z" }),
  ]);
  assert.deepEqual(states.map(({ state }) => state), ["Ready", "Waiting", "Failed", "Deleting"]);
  assert.match(states[1]!.reason!, /readyWhen condition evaluated to false/);
  assert.match(states[2]!.reason!, /item 2/);
  assert.equal(states[0]!.reason, undefined);
});
