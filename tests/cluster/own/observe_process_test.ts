/**
 * Test of `kro controller --observe` as a user runs it: a process that may only read. The user sees the HTTP
 * API and the metrics.
 */
import assert from "node:assert/strict";
import type { GraphView, InstanceSummary, InstanceView } from "../../../src/controller/mod.ts";
import { configMap, eventually, kroTest, NAME, startKro } from "../../support/cluster/mod.ts";
import { KroRequests } from "../../support/cluster/kro_requests.ts";
import { assertOnlyReads, readerIn } from "../../support/cluster/observing.ts";

kroTest(
  "an observing process shows the differences of each instance until it is deleted",
  async (s) => {
    const graph = await s.graph({
      kind: "Watched",
      spec: { value: "string | default=a" },
      resources: [configMap("map", NAME, { value: "${schema.spec.value}" })],
    });
    for (const name of ["one", "two"]) await graph.create(name);
    for (const name of ["one", "two"]) await graph.active(name);
    await using account = await readerIn(s.namespace);
    using requests = await KroRequests.open(account.user);
    await using kro = await startKro(["--observe"], { kubeconfig: account.kubeconfig });

    const at = `/graphs/${graph.rgd.name}`;
    const json = async <T>(path: string): Promise<T> => await (await kro.get(path))!.json();
    const view = () => json<InstanceView>(`${at}/instances/${s.namespace}/one`);
    const series = async () => {
      const text = await (await fetch(`${kro.metricsUrl}/metrics`)).text();
      return text.split("\n").filter((line) => line.startsWith("kro_observed_"))
        .filter((line) => line.includes(graph.group))
        .map((line) => line.replace(/gvr="[^"]*",?/, ""));
    };
    const differ = (count: number) =>
      eventually(`${count} differences`, async () => {
        const { observed } = await view();
        return observed?.children.length === count ? observed.children : undefined;
      });
    const shows = (expected: string[]) =>
      eventually(`the series ${expected}`, async () => {
        return JSON.stringify(await series()) === JSON.stringify(expected);
      });

    await differ(0);
    await s.restart(async () => {
      await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
      const [{ action, kind, name, node, fields }] = await differ(1) as [InstanceDifference];
      assert.deepEqual({ action, kind, name, node, fields }, {
        action: "changed",
        kind: "ConfigMap",
        name: "one",
        node: "map",
        fields: [{ path: "data.value", old: "theirs", new: "a" }],
      });
      const { items } = await json<{ items: InstanceSummary[] }>(`${at}/instances`);
      assert.deepEqual(items.map(({ name, differences }) => [name, differences]), [
        ["one", 1],
        ["two", 0],
      ]);
      const { observed } = await json<GraphView>(at);
      assert.deepEqual([observed?.changes, observed?.differing], [[], 1]);
      await shows([
        'kro_observed_instances{result="equal"} 1',
        'kro_observed_instances{result="different"} 1',
        "kro_observed_differences{} 1",
      ]);
    });
    await differ(0);
    await graph.removeAll();
    await shows([]);
    await eventually("no graph", async () => (await kro.get(at))?.status === 404);
    await kro[Symbol.asyncDispose]();
    assertOnlyReads(await requests.takeAll());
  },
);

type InstanceDifference = NonNullable<InstanceView["observed"]>["children"][number];
