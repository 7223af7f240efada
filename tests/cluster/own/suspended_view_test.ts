/** Test of the HTTP API for an instance that was suspended before kro started. */
import assert from "node:assert/strict";
import { Annotation } from "../../../src/api/mod.ts";
import type { InstanceView } from "../../../src/controller/mod.ts";
import { configMap, eventually, kroTest, NAME, startKro } from "../../support/cluster/mod.ts";

kroTest("after a restart, a suspended instance has the states of its live objects", async (s) => {
  const graph = await s.graph({
    kind: "Paused",
    spec: {},
    resources: [
      configMap("kept", `${NAME}-kept`),
      configMap("gone", `${NAME}-gone`),
      configMap("next", `${NAME}-next`, { copy: "${gone.metadata.name}" }),
    ],
  });
  await graph.create("one");
  await graph.active("one");
  const { kind } = graph.instance("one");
  await s.cluster.annotate({ kind, name: "one" }, { [Annotation.reconcile]: "suspended" });
  await s.idle();
  await s.cluster.remove({ kind: "ConfigMap", name: "one-gone" });
  await s.restart(async () => {
    await using kro = await startKro();
    const path = `/graphs/${graph.rgd.name}/instances/${s.namespace}/one`;
    const nodes = await eventually("the nodes of the suspended instance", async () => {
      const response = await kro.get(path);
      const view: InstanceView | undefined = response?.ok ? await response.json() : undefined;
      return view?.health === "suspended" && view.lastPass ? view.nodes : undefined;
    });
    assert.deepEqual(
      nodes.map(({ id, state, objects }) => [id, state, ...objects.map(({ name }) => name)]),
      [["kept", "Ready", "one-kept"], ["gone", "Failed"], ["next", "Pending"]],
    );
    assert.match(nodes[1]?.reason ?? "", /one-gone does not exist/);
  });
});
