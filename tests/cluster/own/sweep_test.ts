/**
 * Tests of the full resync on a real API server. A full resync repairs a cache that has missed
 * events. If the cache has missed no event, the full resync sends only one list request.
 */
import assert from "node:assert/strict";
import { Label, Manager } from "../../../src/api/mod.ts";
import { GraphReads } from "../../../src/clusters/cache/graph_reads.ts";
import { Owners } from "../../../src/clusters/cache/owners.ts";
import { ChildStore } from "../../../src/clusters/cache/store.ts";
import { sweepKind } from "../../../src/clusters/cache/sweep.ts";
import { childOf, INSTANCE } from "../../support/cluster/cached_cluster.ts";
import { CONFIG_MAP, openClient, testNamespace } from "../../support/cluster/mod.ts";

Deno.test("a sweep finds objects that were changed, deleted and created without an event; a second sweep finds none", async () => {
  await using stack = new AsyncDisposableStack();
  const { client, requests } = stack.use(await openClient());
  const namespace = stack.use(await testNamespace("sweep")).name;
  const apply = (name: string, k: string) => {
    const ref = { kind: CONFIG_MAP, namespace, name };
    const options = { fieldManager: Manager.children, force: true };
    return client.apply(ref, childOf(ref, { data: { k } }), options);
  };
  for (const name of ["same", "changed", "gone"]) await apply(name, "1");

  // Creates a cache that is filled from one list, without a watch. The cache misses all later changes.
  const reads = new GraphReads();
  reads.add(INSTANCE, new Map([["node", "whole"]]));
  const woken: string[] = [];
  const store = new ChildStore(CONFIG_MAP, { reads, owners: new Owners() }, (instances) => {
    woken.push(...instances.map((instance) => `${instance.namespace}/${instance.name}`));
  });
  const labelSelector = `${Label.owned}=true`;
  for (const item of (await client.list(CONFIG_MAP, { labelSelector })).items) store.observe(item);
  await client.mergePatch(
    { kind: CONFIG_MAP, namespace, name: "changed" },
    { data: { k: "2" } },
    { fieldManager: "other" },
  );
  await client.delete({ kind: CONFIG_MAP, namespace, name: "gone" });
  await apply("new", "1");

  requests();
  woken.length = 0;
  let waited = 0;
  const waits = {
    pause: () => Promise.resolve(),
    awaitEvents: () => {
      waited++;
      return Promise.resolve();
    },
  };
  const found = await sweepKind(client, store, waits, () => "1");
  const ours = () => store.objects.members("applyset-demo-v1", namespace);
  assert.ok(woken.includes(`${namespace}/${INSTANCE.name}`));
  assert.ok(found.missed >= 3 && found.compared >= 3);
  assert.equal(waited, 1);
  const asked = requests();
  assert.equal(asked["list configmaps"], Math.ceil(found.compared / 500));
  assert.equal(asked["get configmaps"], found.missed);
  assert.deepEqual(ours().map((o) => [o.metadata.name, o.data]), [
    ["changed", { k: "2" }],
    ["new", { k: "1" }],
    ["same", { k: "1" }],
  ]);

  woken.length = 0;
  await sweepKind(client, store, waits, () => "1");
  assert.deepEqual(woken.filter((name) => name.startsWith(`${namespace}/`)), []);
});
