/**
 * Tests of the watch caches: to which instance a cached object belongs, when an object counts as deleted, and
 * how many API requests the caches of external objects send.
 */
import assert from "node:assert/strict";
import { Label, Manager } from "../../../src/api/mod.ts";
import { CachedCluster } from "../../../src/clusters/cached.ts";
import { cachedSetup, childOf, INSTANCE } from "../../support/cluster/cached_cluster.ts";
import { CONFIG_MAP, eventually } from "../../support/cluster/mod.ts";

Deno.test("cached cluster: an object that lost kro's labels is not deleted, and its labels are restored", async () => {
  await using setup = await cachedSetup([CONFIG_MAP]);
  const { cluster, client, namespace } = setup;
  const ref = { kind: CONFIG_MAP, namespace, name: "a" };
  const desired = childOf(ref, { data: { k: "1" } });
  const { object } = await cluster.apply(ref, desired, { force: true });
  setup.requests();
  await client.mergePatch(ref, { metadata: { labels: null } }, { fieldManager: "foreign" });
  await setup.untilWoken();
  assert.deepEqual(setup.requests(), { "patch configmaps": 1, "get configmaps": 1 });
  assert.equal((await cluster.get(ref))?.metadata.uid, object.metadata.uid);
  const { object: repaired } = await cluster.apply(ref, desired, { force: true });
  assert.equal(repaired.metadata.labels?.[Label.owned], "true");
});

Deno.test("cached cluster: a delete by another user costs one read, kro's own delete none", async () => {
  await using setup = await cachedSetup([CONFIG_MAP]);
  const { cluster, client, namespace } = setup;
  for (const name of ["theirs", "ours"]) {
    const ref = { kind: CONFIG_MAP, namespace, name };
    const { object } = await cluster.apply(ref, childOf(ref, {}), { force: true });
    setup.requests();
    if (name === "ours") await cluster.delete(ref, { uid: object.metadata.uid! });
    else await client.delete(ref);
    await eventually("the object is deleted", async () => await cluster.get(ref) === undefined);
    assert.deepEqual(await setup.untilWoken(), [INSTANCE.name]);
    const look = name === "ours" ? {} : { "get configmaps": 1 };
    assert.deepEqual(setup.requests(), { "delete configmaps": 1, ...look });
  }
});

Deno.test("cached cluster: an object with copied labels is not a member", async () => {
  await using setup = await cachedSetup([CONFIG_MAP]);
  const { cluster, client, namespace } = setup;
  const copy = { kind: CONFIG_MAP, namespace, name: "copy" };
  const own = { kind: CONFIG_MAP, namespace, name: "own" };
  await client.apply(copy, childOf(copy, {}), { fieldManager: "foreign" });
  await client.apply(own, childOf(own, {}), { fieldManager: Manager.children });
  await eventually("the cache has kro's object", () => cluster.get(own));
  const scope = { kind: CONFIG_MAP, namespace };
  const found = await cluster.listMembers(scope, "applyset-demo-v1");
  assert.deepEqual(found.map((each) => each.metadata.name), ["own"]);
});

Deno.test("cached cluster: only one of two instances that apply the same object owns it", async () => {
  await using setup = await cachedSetup([CONFIG_MAP]);
  const { parts, client, namespace } = setup;
  const ref = { kind: CONFIG_MAP, namespace, name: "a" };
  const results = await Promise.allSettled(
    ["one", "two"].map((owner) =>
      new CachedCluster(parts, owner).apply(ref, childOf(ref, { data: { owner } }, owner), {
        force: false,
      })
    ),
  );
  assert.deepEqual(results.map((each) => each.status).sort(), ["fulfilled", "rejected"]);
  assert.deepEqual((await client.get(ref))?.data, { owner: "one" });
});

Deno.test("cached cluster: an external object costs one read per change and requeues the instances that read it", async () => {
  await using setup = await cachedSetup([]);
  const { parts, client, namespace } = setup;
  const ref = { kind: CONFIG_MAP, namespace, name: "theirs" };
  const write = (data: Record<string, string>, labels = { role: "input" }) =>
    client.apply(ref, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: ref.name, namespace, labels },
      data,
    }, { fieldManager: "foreign" });
  await parts.externals.ensure({ kind: CONFIG_MAP, reads: "whole" }, "test");
  const woken: string[] = [];
  parts.externals.onChange((instance) => woken.push(instance));
  const byName = new CachedCluster(parts, "by-name");
  const byLabel = new CachedCluster(parts, "by-label");
  const query = { kind: CONFIG_MAP, namespace, labelSelector: "role=input" };
  assert.equal(await byName.getExternal(ref), undefined);
  assert.deepEqual(await byLabel.listExternal(query), []);
  byName.finish(true);
  byLabel.finish(true);

  await write({ k: "1" });
  await eventually("both instances are requeued", () => woken.length === 2);
  assert.deepEqual(woken.splice(0).sort(), ["by-label", "by-name"]);
  setup.requests();
  assert.deepEqual((await byName.getExternal(ref))?.data, { k: "1" });
  assert.deepEqual((await byLabel.listExternal(query)).map((each) => each.data), [{ k: "1" }]);
  assert.deepEqual(setup.requests(), { "get configmaps": 1 });
  byName.finish(true);
  byLabel.finish(true);

  await write({ k: "1" }, { role: "other" });
  await eventually("both instances are requeued", () => woken.length === 2);
  assert.deepEqual(await byLabel.listExternal(query), []);
  new CachedCluster(parts, "by-name").finish(true);
  woken.length = 0;
  await write({ k: "2" }, { role: "input" });
  await eventually("the instance that still reads it is requeued", () => woken.length > 0);
  assert.deepEqual(woken, ["by-label"]);
});

Deno.test("caches: a kind is watched until its last owner releases it", async () => {
  await using setup = await cachedSetup([]);
  const { children } = setup.parts;
  await Promise.all([children.ensure(CONFIG_MAP, "one"), children.ensure(CONFIG_MAP, "two")]);
  assert.deepEqual(setup.requests()["list configmaps"], 1, "shared");
  children.release("one");
  assert.ok(children.store(CONFIG_MAP));
  children.release("two", [CONFIG_MAP]);
  assert.ok(children.store(CONFIG_MAP));
  children.release("two");
  assert.equal(children.store(CONFIG_MAP), undefined);
  assert.deepEqual(children.counts(), { kinds: 0, objects: 0 });
});
