/** Caches on the real API server keep only fields that a graph reads; a graph that reads more fields relists its objects. */
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

/** A ConfigMap, and a status with these expressions. */
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
    /** Changes the graph and returns kro's lists of ConfigMaps, and its other calls for them, until it is quiet. */
    const published = async (status: Record<string, string>, field: string, value: string) => {
      await s.idle(1000);
      await s.requests();
      await graph.put(noted(status));
      await graph.active("one", (o) => o.status[field] === value);
      await s.idle(1000);
      // Without kro's reads of other tests' objects, whose namespaces are being deleted.
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

/** Heap size in bytes after a full garbage collection. */
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
    // Responses that are still being read stay in memory for a while.
    await eventually("little memory held", () => (held = heap() - before) < 4_000_000, 30, 500)
      .catch(() => assert.fail(`15 more children of 1 MB hold ${held} bytes`));

    const at = { kind: "ConfigMap", name: "one-i7" };
    await s.cluster.patch(at, { data: { big: `${big}y` } });
    await s.cluster.until(at, ({ data }) => data.big === `i7${big}`);
  },
  { controller: { instanceRequeueMs: 0 }, defaults: true },
);
