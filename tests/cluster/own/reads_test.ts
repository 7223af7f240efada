// Caches on the real API server: what nothing reads is not kept, and a graph that reads more reads its own again.
import assert from "node:assert/strict";
import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  quiet,
  requests,
  startController,
  until,
} from "../../support/cluster/controller.ts";
import { testNamespace } from "../../support/controlplane/shared.ts";

const suffix = crypto.randomUUID().slice(0, 6);

/** A ConfigMap, and a status that says this of it. */
const noted = (name: string, status: Record<string, string>) =>
  graph(name, {
    kind: "Noted",
    status,
    resources: [{
      id: "config",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.metadata.name}" },
        data: { one: "1", two: "2" },
      },
    }],
  });

Deno.test("a graph that reads more of its objects lists its own once, before it serves", async () => {
  await using namespace = await testNamespace("reads");
  const ns = namespace.name;
  const name = `reads${suffix}`;
  const kind = `noteds.${groupOf(name)}`;
  await using _running = await startController({ instanceRequeueMs: 0 });
  /** Publishes the graph; its lists of ConfigMaps, and writes, until it is quiet. */
  const published = async (
    status: Record<string, string>,
    holds: (status: Record<string, string>) => boolean,
  ) => {
    const since = new Date();
    await apply(noted(name, status));
    await until(kind, "one", ns, (o) => holds(o.status));
    await quiet(1000);
    const calls = await requests(since);
    // Not what kro looks up of other tests' objects, whose namespaces end meanwhile.
    const own = (uri: string) =>
      !uri.includes("/namespaces/") || uri.includes(`/namespaces/${ns}/`);
    return calls.filter(({ resource, uri }) => resource === "configmaps" && own(uri))
      .map(({ verb, uri }) =>
        `${verb} ${new URL(uri, "http://x").searchParams.get("labelSelector")}`
      );
  };
  try {
    await apply(noted(name, { first: "${config.data.one}" }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const apiVersion = `${groupOf(name)}/v1alpha1`;
    await apply({ apiVersion, kind: "Noted", metadata: { name: "one" }, spec: {} }, ns);
    await until(kind, "one", ns, (o) => o.status?.first === "1");

    const both = { first: "${config.data.one}", second: "${config.data.two}" };
    const lists = await published(both, (status) => status.second === "2");
    assert.deepEqual(lists, [
      `list kro.run/owned=true,kro.run/instance-group=${groupOf(name)},kro.run/instance-kind=Noted`,
    ]);
    const more = { ...both, third: "${config.data.one}" };
    const again = await published(more, (status) => status.third === "1");
    assert.deepEqual(again, [], "it holds that already");
  } finally {
    await cleanUp(name, "noteds");
  }
});

Deno.test("children of 1 MB are not kept in memory; what others make of them is seen and repaired", async () => {
  await using namespace = await testNamespace("reads");
  const ns = namespace.name;
  const name = `large${suffix}`;
  const kind = `larges.${groupOf(name)}`;
  v8.setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const heap = () => {
    gc();
    return Deno.memoryUsage().heapUsed;
  };
  await using running = await startController({ instanceRequeueMs: 0 });
  const big = "x".repeat(1_000_000);
  const ref = (name: string) => ({
    kind: { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
    namespace: ns,
    name,
  });
  try {
    await running.client.apply(ref("theirs"), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "theirs", namespace: ns },
      data: { big },
    }, { fieldManager: "test" });
    await apply(graph(name, {
      kind: "Large",
      spec: { items: "[]string" },
      resources: [
        {
          id: "theirs",
          externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs" } },
        },
        {
          id: "many",
          forEach: [{ part: "${schema.spec.items}" }],
          template: {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "${schema.metadata.name}-${part}" },
            data: { big: "${part + theirs.data.big}" },
          },
        },
      ],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const items = Array.from({ length: 16 }, (_, i) => `i${i}`);
    const apiVersion = `${groupOf(name)}/v1alpha1`;
    const instance = (count: number) =>
      apply({
        apiVersion,
        kind: "Large",
        metadata: { name: "one" },
        spec: { items: items.slice(0, count) },
      }, ns);
    const settled = (generation: number) =>
      until(kind, "one", ns, (o) =>
        o.status?.state === "ACTIVE" &&
        // deno-lint-ignore no-explicit-any -- as objects are read in tests
        o.status.conditions.every((c: any) => c.observedGeneration === generation));
    await instance(1);
    await settled(1);
    await quiet(500);
    const before = heap();
    await instance(items.length);
    await settled(2);
    await quiet(1000);
    const held = heap() - before;
    assert.ok(held < 4_000_000, `15 more children of 1 MB hold ${held} bytes`);

    const patch = { data: { big: `${big}y` } };
    await running.client.mergePatch(ref("one-i7"), patch, { fieldManager: "other" });
    await until("configmap", "one-i7", ns, (o) => o.data.big === `i7${big}`);
  } finally {
    await cleanUp(name, "larges");
  }
});
