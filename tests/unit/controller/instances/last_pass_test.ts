// Tests of the compact record of an instance's last reconciliation. The nodes that are restored from the
// record must equal the nodes of the reconciliation.
import assert from "node:assert/strict";
import { nodesOf, packedNodes, summaryOf } from "../../../../src/controller/instances/last_pass.ts";
import type { NodeOutcome, Outcome } from "../../../../src/reconcile/mod.ts";
import { configMap, graphOf, rgd, SPEC } from "../../graph/fixtures.ts";

const instance = (conditions: unknown[] = []) => ({
  apiVersion: "kro.run/v1alpha1",
  kind: "Demo",
  metadata: { name: "demo", namespace: "ns" },
  status: { state: "ACTIVE", conditions },
});
const object = (name: string, more: Partial<NodeOutcome["objects"][number]> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "ns",
  name,
  action: "created" as const,
  ...more,
});

const cases: Record<string, NodeOutcome[]> = {
  "objects of the node's kind in the instance's namespace": [
    { id: "a", state: "Ready", objects: [object("one"), object("two", { action: "unchanged" })] },
  ],
  "reasons, other namespaces and adopted objects": [
    { id: "a", state: "Waiting", reason: "not yet", objects: [object("one", { adopted: true })] },
    { id: "b", state: "Failed", reason: "no", objects: [object("one", { namespace: "other" })] },
  ],
  "no objects, and a node that the graph no longer has": [
    { id: "a", state: "Skipped", objects: [] },
    { id: "gone", state: "Ready", objects: [object("one")] },
  ],
};
for (const [what, nodes] of Object.entries(cases)) {
  Deno.test(`the record of a pass restores ${what}`, async () => {
    const graph = await graphOf(rgd({ spec: SPEC }, [configMap("a"), configMap("b")]));
    const outcome: Outcome = {
      state: "ACTIVE",
      conditions: [],
      nodes,
      removed: [],
      next: { kind: "done" },
    };
    for (const by of [graph, undefined]) {
      const packed = packedNodes(nodes, by, instance());
      const last = { ...summaryOf(outcome, packed, by, instance()), time: 1 };
      assert.deepEqual(nodesOf(last, instance()), nodes);
      assert.equal(last.conditions, undefined, "conditions equal to the instance's are not stored");
    }
    const stale = instance([{ type: "Old" }]);
    assert.deepEqual(summaryOf(outcome, "[]", graph, stale).conditions, []);
  });
}
