/**
 * Tests of `kro controller --observe`, which reports what kro would write without writing it, while another
 * controller reconciles the same instances.
 */
import assert from "node:assert/strict";
import type { ObservedInstance } from "../../../src/controller/mod.ts";
import { configMap, kroTest, type TestGraph } from "../../support/cluster/mod.ts";
import { writes } from "../../support/cluster/kro_requests.ts";
import { isSyncedField, type Observing, observing } from "../../support/cluster/observing.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";
import { mixed } from "../upstream/takeover_graphs.ts";

const isSame = ({ children }: ObservedInstance) => children.length === 0;

kroTest("an observing controller follows another controller without a write", async (s) => {
  const graph = await s.graph({
    kind: "Observed",
    spec: { value: "string | default=a" },
    resources: [configMap("map", "${schema.metadata.name}", { value: "${schema.spec.value}" })],
  });
  await graph.create("one");
  await graph.active("one");
  await observing(s.namespace, async (kro) => {
    const { instance } = await kro.until(graph, "one", isSame);
    assert.deepEqual(instance, [], "both controllers are of the same version");
    await graph.create("one", { value: "b" });
    await s.cluster.until({ kind: "ConfigMap", name: "one" }, ({ data }) => data.value === "b");
    await kro.until(graph, "one", isSame);

    await s.restart(async () => {
      await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
      const { children } = await kro.until(graph, "one", ({ children }) => children.length === 1);
      const [{ action, node, fields }] = children as [ObservedInstance["children"][number]];
      assert.deepEqual({ action, node, fields }, {
        action: "changed",
        node: "map",
        fields: [{ path: "data.value", old: "theirs", new: "b" }],
      });
      assert.match(
        await kro.metrics(),
        /kro_observed_instances\{gvr="[^"]*observeds",result="different"\} 1/,
      );
      await s.cluster.delete({ kind: "ConfigMap", name: "one" });
      await kro.until(graph, "one", ({ children }) => children[0]?.action === "created");
    });
    await kro.until(graph, "one", isSame);

    await graph.put({
      kind: "Observed",
      spec: { value: "string | default=a" },
      resources: [
        configMap("map", "${schema.metadata.name}", { value: "new-${schema.spec.value}" }),
      ],
    });
    const changed = { kind: "ConfigMap", name: "one" };
    await s.cluster.until(changed, ({ data }) => data.value === "new-b");
    await kro.until(graph, "one", isSame);
  });
});

/**
 * Returns the changes that kro would make to the child objects of an instance, each as a line such as
 * `changed ConfigMap one data.value`.
 */
function childTexts({ children }: ObservedInstance): string[] {
  return children.map(({ action, kind, name, fields }) => {
    const paths = action === "changed" ? fields.map(({ path }) => ` ${path}`) : [];
    return `${action} ${kind} ${name}${paths.join()}`;
  }).sort();
}

/**
 * Returns the request with which kro would change this child object, such as `patch configmaps one`.
 * {@link writes} returns requests in the same form.
 */
function writeText({ action, kind, name }: ObservedInstance["children"][number]): string {
  return `${action === "pruned" ? "delete" : "patch"} ${kind.toLowerCase()}s ${name}`;
}

/** Waits until kro would make exactly the expected changes to the child objects of the instance `one`. */
async function differ(kro: Observing, graph: TestGraph, expected: string[]): Promise<void> {
  let last: string[] = [];
  const isExpected = (found: ObservedInstance) =>
    JSON.stringify(last = childTexts(found)) === JSON.stringify(expected);
  await kro.until(graph, "one", isExpected).catch(() => assert.deepEqual(last, expected));
}

kroTest(
  `an observing controller beside upstream names exactly the writes of a takeover${needsGo}`,
  async (s) => {
    let expected: string[] = [];
    await s.restart(async () => {
      let running: AsyncDisposable | undefined = await runUpstream();
      const stop = async () => {
        await running?.[Symbol.asyncDispose]();
        running = undefined;
      };
      try {
        const metadata = { name: "outside" };
        const data = { value: "o" };
        await s.cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
        const graph = await s.graph(mixed);
        await graph.create("one");
        const deployment = { kind: "Deployment.apps", name: "one" };
        await s.cluster.until(deployment);
        await s.cluster.patchStatus(deployment, {
          replicas: 1,
          readyReplicas: 1,
          availableReplicas: 1,
        });
        await graph.active("one");
        await s.cluster.until({ kind: "ConfigMap", name: "one-last" });
        await observing(s.namespace, async (kro) => {
          await differ(kro, graph, []);
          const { instance } = await kro.until(graph, "one");
          assert.ok(instance.length > 0, "upstream does not write InstanceSynced");
          assert.deepEqual(instance.filter((field) => !isSyncedField(field)), []);
          assert.deepEqual(kro.graph(graph)?.changes, []);

          await stop();
          await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
          await s.cluster.delete({ kind: "ConfigMap", name: "one-extra" });
          await differ(kro, graph, [
            "changed ConfigMap one data.value",
            "created ConfigMap one-extra",
          ]);
          running = await runUpstream();
          await differ(kro, graph, []);

          await stop();
          await graph.create("one", { value: "y", names: ["b", "c"] });
          const isNew = ({ children }: ObservedInstance) => children.length > 1;
          const { children, instance: own } = await kro.until(graph, "one", isNew);
          expected = children.map(writeText);
          assert.ok(own.every(({ path }) => path.startsWith("status.")), "only the status differs");
          assert.deepEqual(kro.graph(graph)?.changes, []);
        });
        await s.requests();
      } finally {
        await stop();
      }
    });
    await s.idle();
    const written = writes(await s.requests());
    assert.deepEqual(written.sort(), [...expected, "update mixeds/status one"].sort());
  },
  { ignore: needsGo !== "" },
);
