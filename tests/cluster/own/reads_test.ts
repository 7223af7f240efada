/**
 * Tests that caches keep only the fields which an RGD's expressions read. When an RGD reads
 * additional fields, kro lists the cached objects again.
 */
import assert from "node:assert/strict";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import {
  configMap,
  eventually,
  external,
  type GraphSpec,
  kroTest,
  NAME,
} from "../../support/cluster/mod.ts";

/** Returns an RGD with one ConfigMap and these status expressions. */
const noted = (status: Record<string, string>): GraphSpec => ({
  kind: "Noted",
  status,
  resources: [configMap("config", NAME, { one: "1", two: "2" })],
});

kroTest(
  "a graph that reads more fields relists its own objects once, before it serves",
  async (s) => {
    const graph = await s.graph(noted({ first: "${config.data.one}" }));
    await graph.create("one");
    await graph.active("one", ({ status }) => status.first === "1");
    /**
     * Changes the RGD's status expressions. Returns kro's requests for ConfigMaps until kro is idle
     * again.
     */
    const published = async (status: Record<string, string>, field: string, value: string) => {
      await s.idle(1000);
      await s.requests();
      await graph.put(noted(status));
      await graph.active("one", (o) => o.status[field] === value);
      await s.idle(1000);
      // Excludes kro's requests in the namespaces of earlier tests, whose deletion may still be running.
      const isOwn = (uri: string) =>
        !uri.includes("/namespaces/") || uri.includes(`/namespaces/${s.namespace}/`);
      return (await s.requests()).filter(({ resource, uri }) =>
        resource === "configmaps" && isOwn(uri)
      ).map(({ verb, uri }) =>
        `${verb} ${new URL(uri, "http://x").searchParams.get("labelSelector")}`
      );
    };
    const both = { first: "${config.data.one}", second: "${config.data.two}" };
    assert.deepEqual(await published(both, "second", "2"), [
      `list kro.run/owned=true,kro.run/instance-group=${graph.group},kro.run/instance-kind=Noted`,
    ]);
    const more = { ...both, third: "${config.data.one}" };
    assert.deepEqual(await published(more, "third", "1"), [], "the cache already holds that field");
  },
  { controller: { instanceRequeueMs: 0 }, defaults: true },
);

/** Collects garbage, and returns the heap size in bytes. */
function heap(): number {
  v8.setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return Deno.memoryUsage().heapUsed;
}

kroTest(
  "children of 1 MB are not kept in memory, and their drift is repaired",
  async (s) => {
    const big = "x".repeat(1_000_000);
    const metadata = { name: "theirs" };
    await s.cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { big } });
    const graph = await s.graph({
      kind: "Large",
      spec: { items: "[]string" },
      resources: [
        external("theirs", metadata),
        configMap("many", "${schema.metadata.name}-${part}", { big: "${part + theirs.data.big}" }, {
          forEach: [{ part: "${schema.spec.items}" }],
        }),
      ],
    });
    const items = Array.from({ length: 16 }, (_, i) => `i${i}`);
    await graph.create("one", { items: items.slice(0, 1) });
    await graph.active("one");
    await s.idle(500);
    const before = heap();
    await graph.create("one", { items });
    await graph.active("one");
    await s.idle(500);
    let held = 0;
    // Polls the heap size, because responses that kro is still reading remain in memory for some time.
    await eventually("little memory held", () => (held = heap() - before) < 4_000_000, 30, 500)
      .catch(() => assert.fail(`15 more children of 1 MB hold ${held} bytes`));

    const at = { kind: "ConfigMap", name: "one-i7" };
    await s.cluster.patch(at, { data: { big: `${big}y` } });
    await s.cluster.until(at, ({ data }) => data.big === `i7${big}`);
  },
  { controller: { instanceRequeueMs: 0 }, defaults: true },
);
