/**
 * Tests of the list with which kro starts a new watch after a watch was down. While the watch was down, kro
 * may have created an object that a user has already deleted.
 */
import assert from "node:assert/strict";
import { Label } from "../../src/api/mod.ts";
import { ChildCaches } from "../../src/clusters/cache/children.ts";
import { ExternalCaches } from "../../src/clusters/cache/external.ts";
import { ClusterSchemas } from "../../src/clusters/schemas.ts";
import { Discovery } from "../../src/kube/mod.ts";
import { eventually } from "../support/wait.ts";
import { refuse } from "./proxy/mod.ts";
import { throughProxy } from "./proxied_client.ts";
import { CONFIG_MAP } from "../support/kinds.ts";

const ground = () =>
  throughProxy({ name: "relist", as: "kro", user: "kro", userAgent: "kro/devel" });

Deno.test("a child that was created and deleted while its kind could not be watched is not in the cache", async () => {
  await using g = await ground();
  const { proxy, client, admin } = g;
  const children = new ChildCaches(client, new ClusterSchemas(client, new Discovery(client)));
  try {
    await children.ensure(CONFIG_MAP, "test");
    const store = children.store(CONFIG_MAP)!;
    const woken: string[] = [];
    children.onChange(({ name }) => woken.push(name));
    await eventually("the kind is watched", () => proxy.watches.size === 1);

    proxy.script = ({ verb }) => verb === "watch" ? refuse(410) : undefined;
    for (const watch of proxy.watches) watch.expire();
    const lists = () => proxy.record.filter((e) => e.verb === "list" && e.ended).length;
    await eventually("a failed relist", () => lists() >= 2);
    const ref = { kind: CONFIG_MAP, namespace: g.namespace, name: "child" };
    const labels = {
      [Label.owned]: "true",
      [Label.instanceId]: "u1",
      [Label.instanceName]: "demo",
      [Label.instanceNamespace]: g.namespace,
      [Label.instanceGroup]: "x.dev",
      [Label.instanceVersion]: "v1",
      [Label.instanceKind]: "Demo",
    };
    const metadata = { namespace: ref.namespace, name: ref.name, labels };
    const desired = { apiVersion: "v1", kind: "ConfigMap", metadata };
    // The proxy holds kro's next list request until a user has deleted the object, so that no list contains
    // the object.
    const gate = Promise.withResolvers<void>();
    proxy.script = ({ verb }) =>
      verb === "list"
        ? { name: "later", forward: false, hold: gate.promise, instead: "break" }
        : verb === "watch"
        ? refuse(410)
        : undefined;
    const writer = await children.writerFor(CONFIG_MAP, g.namespace);
    await writer!.apply(
      ref,
      desired,
      undefined,
      () => client.apply(ref, desired, { fieldManager: "kro.run/applyset" }),
    );
    assert.ok(store.get(ref));
    await admin.delete(ref);
    proxy.script = () => undefined;
    gate.resolve();
    await eventually("the kind is watched again", () => proxy.watches.size === 1);
    await eventually("the object is gone", () => store.get(ref) === undefined, 10);
    assert.deepEqual(woken, ["demo"]);
  } finally {
    children.stop();
  }
});

Deno.test("a relist after failed ones reports all external objects, including unchanged ones", async () => {
  await using g = await ground();
  const { proxy, client, admin } = g;
  const ref = { kind: CONFIG_MAP, namespace: g.namespace, name: "theirs" };
  const metadata = { namespace: ref.namespace, name: ref.name };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text: "one" } };
  await admin.create(CONFIG_MAP, object, { fieldManager: "user" });
  const externals = new ExternalCaches(client);
  try {
    await externals.ensure({ kind: CONFIG_MAP, reads: "whole" }, "test");
    assert.deepEqual((await externals.get(ref))?.data, object.data);
    await eventually("the kind is watched", () => proxy.watches.size === 1);
    // Rejects kro's requests with status 403, as a newly started API server does until it has loaded its RBAC
    // roles. When the API server accepts requests again, kro's cache must become complete again.
    proxy.script = ({ resource }) => resource === "configmaps" ? refuse(403) : undefined;
    for (const watch of proxy.watches) watch.expire();
    await eventually(
      "the cache is no longer complete",
      async () => !await externals.watches(CONFIG_MAP, undefined),
    );
    proxy.script = () => undefined;
    await eventually("the cache is complete again", () => externals.watches(CONFIG_MAP, undefined));
    assert.deepEqual((await externals.get(ref))?.data, object.data);
  } finally {
    externals.stop();
  }
});
