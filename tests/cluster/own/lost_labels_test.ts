/**
 * Tests of a child that loses the label by which kro's watch selects children while the child is being deleted.
 * No watch event then reports the end of the child.
 */
import assert from "node:assert/strict";
import { configMap, inState, kroTest, NAME } from "../../support/cluster/mod.ts";

const HOLD = "example.com/hold";

kroTest(
  "a child without kro's labels is created again after its finalizer is removed",
  async (s) => {
    const graph = await s.graph({ kind: "Bared", resources: [configMap("map", NAME, { v: "1" })] });
    await graph.create("one");
    await graph.active("one");
    const at = { kind: "ConfigMap", name: "one" };
    const { metadata } = await s.cluster.patch(at, { metadata: { finalizers: [HOLD] } });
    await s.cluster.delete(at);
    const labels = Object.fromEntries(Object.keys(metadata.labels).map((label) => [label, null]));
    await s.cluster.patch(at, { metadata: { labels } });
    await inState(s, graph.instance("one"), "IN_PROGRESS", "currently being deleted");
    await s.idle();
    await s.cluster.patch(at, { metadata: { finalizers: null } });
    const again = await s.cluster.until(at, (o) => o.metadata.uid !== metadata.uid);
    assert.deepEqual(again.data, { v: "1" });
    await graph.active("one");
  },
);
