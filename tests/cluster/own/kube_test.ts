/**
 * Tests of the Kubernetes client on a real API server: writes, rejected writes, lists and API
 * discovery.
 */
import assert from "node:assert/strict";
import { ApiError, isNotFound, Manager } from "../../../src/api/mod.ts";
import { desiredValues, fingerprint } from "../../../src/clusters/drift/fingerprint.ts";
import { connect, Discovery, loadConfig } from "../../../src/kube/mod.ts";
import {
  API_SERVICE,
  by,
  clientSession,
  CONFIG_MAP,
  eventually,
  freshKind,
  openClient,
  refusedWith,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";

Deno.test("the client creates, reads, merges, replaces and deletes an object", async () => {
  await using s = await clientSession();
  const { client, ref } = s;
  const created = await client.create(CONFIG_MAP, s.configMap("a", { x: "1" }), by);
  assert.equal(created.metadata.managedFields?.[0]?.manager, by.fieldManager);
  await assert.rejects(
    client.create(CONFIG_MAP, s.configMap("a"), by),
    refusedWith("AlreadyExists", new RegExp(`^CREATE configmaps ${s.namespace}/a: .*exists`)),
  );
  const merged = await client.mergePatch(ref("a"), { data: { x: null, y: "2" } }, by);
  assert.deepEqual(merged.data, { y: "2" });
  const replaced = await client.replace(ref("a"), { ...merged, data: { z: "3" } }, by);
  await assert.rejects(
    client.replace(ref("a"), { ...merged, data: {} }, by),
    refusedWith("Conflict", /the object has been modified/),
  );
  assert.deepEqual(await client.get(ref("a")), replaced);
  await assert.rejects(client.delete(ref("a"), { uid: "other" }), refusedWith("Conflict", /uid/i));
  await client.delete(ref("a"), { dryRun: true });
  await client.delete(ref("a"), { uid: replaced.metadata.uid, propagation: "Background" });
  assert.equal(await client.get(ref("a")), undefined);
  await assert.rejects(client.delete(ref("a")), isNotFound);
});

Deno.test("integers keep their 64 bits on the way to the server and back", async () => {
  await using s = await clientSession();
  const { kind, object } = await freshKind(s);
  const ref = { kind, namespace: s.namespace, name: "a" };
  const spec = { big: 9007199254740993n, least: -9223372036854775808n, small: 3 };
  const applied = await s.client.apply(ref, { ...object("a"), spec }, {
    fieldManager: Manager.children,
  });
  assert.deepEqual(applied.spec, spec);
  const desired = { ...object("a"), spec };
  assert.equal(fingerprint(applied)?.valuesHash, desiredValues(desired));
  assert.notEqual(
    fingerprint(applied)?.valuesHash,
    desiredValues({ ...desired, spec: { ...spec, big: 9007199254740992n } }),
  );
  await s.client.mergePatch(ref, { spec: { big: 9007199254740995n } }, by);
  const read = await s.client.get(ref);
  assert.deepEqual(read?.spec, { ...spec, big: 9007199254740995n });
});

Deno.test("an apply of another manager's field is a conflict that names the manager, unless forced", async () => {
  await using s = await clientSession();
  const { client, ref } = s;
  await client.apply(ref("a"), s.configMap("a", { x: "1" }), by);
  const other = { fieldManager: "other" };
  await assert.rejects(client.apply(ref("a"), s.configMap("a", { x: "2" }), other), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.reason, "Conflict");
    assert.equal(error.causes[0]?.reason, "FieldManagerConflict");
    assert.equal(error.causes[0]?.field, ".data.x");
    return true;
  });
  const tried = await client.apply(ref("a"), s.configMap("a", { x: "2" }), {
    ...other,
    force: true,
    dryRun: true,
  });
  assert.deepEqual(tried.data, { x: "2" });
  assert.deepEqual((await client.get(ref("a")))?.data, { x: "1" });
  const forced = await client.apply(ref("a"), s.configMap("a", { x: "2" }), {
    ...other,
    force: true,
  });
  assert.deepEqual(forced.data, { x: "2" });
});

Deno.test("an invalid object is rejected with the names of the invalid fields", async () => {
  await using s = await clientSession();
  const bad = s.configMap("Bad_Name");
  await assert.rejects(s.client.create(CONFIG_MAP, bad, by), (error) => {
    assert.ok(error instanceof ApiError && error.reason === "Invalid", String(error));
    assert.equal(error.causes[0]?.field, "metadata.name");
    return true;
  });
});

Deno.test("a missing right is Forbidden and names verb and object; an expired token is Unauthorized", async () => {
  const { kubeconfig } = await sharedControlPlane();
  await using nobody = await openClient({}, "nobody");
  await assert.rejects(
    nobody.client.get({ kind: CONFIG_MAP, namespace: "default", name: "x" }),
    refusedWith("Forbidden", /^GET configmaps default\/x: .*User "nobody" cannot get/),
  );

  const config = await loadConfig({ kubeconfig });
  const host = new URL(config.server).host;
  const expired = connect({ ...config, authorization: () => Promise.resolve("Bearer old") }, {
    userAgent: "kro-kube-test",
  });
  await assert.rejects(
    expired.list(CONFIG_MAP),
    refusedWith(
      "Unauthorized",
      new RegExp(`at ${host} with the credentials of ${kubeconfig}: Unauth`),
    ),
  );
  expired.close();
});

Deno.test("the pages of a list have one resourceVersion, and its objects have apiVersion and kind", async () => {
  await using s = await clientSession();
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map((n) => s.client.create(CONFIG_MAP, s.configMap(n), by)));
  const selection = { namespace: s.namespace, fieldSelector: "metadata.name!=kube-root-ca.crt" };
  const pages = await Array.fromAsync(s.client.pages(CONFIG_MAP, { ...selection, limit: 2 }));
  assert.deepEqual(pages.map((p) => p.items.map((o) => o.metadata.name)), [["a", "b"], ["c", "d"], [
    "e",
  ]]);
  assert.equal(new Set(pages.map((p) => p.resourceVersion)).size, 1);
  const { items } = await s.client.list(CONFIG_MAP, selection);
  assert.deepEqual(
    items.map((o) => `${o.apiVersion} ${o.kind} ${o.metadata.name}`),
    names.map((n) => `v1 ConfigMap ${n}`),
  );
});

Deno.test("concurrent refreshes share requests, but never one that started before the refresh", async () => {
  await using s = await clientSession();
  const discovery = new Discovery(s.client);
  await Promise.all(Array.from({ length: 10 }, () => discovery.refresh()));
  // Ten refreshes at the same time load the discovery documents twice: once for the first refresh, and once
  // for the other nine. Each load sends two requests.
  assert.equal(s.sent.length, 4);
  assert.equal((await discovery.byName("deploy"))?.kind, "Deployment");
  assert.equal(await discovery.byName("no-such-kind"), undefined);
  assert.match(
    (await discovery.openapi()).get("apps/v1") ?? "",
    /^\/openapi\/v3\/apis\/apps\/v1\?hash=/,
  );
  assert.match((await discovery.openapi()).get("v1") ?? "", /^\/openapi\/v3\/api\/v1\?hash=/);
});

Deno.test("the kinds of an aggregated API that does not answer are stale, not gone", async () => {
  await using s = await clientSession();
  const group = `${s.namespace}.example.com`;
  const ref = { kind: API_SERVICE, name: `v1.${group}` };
  await s.client.apply(ref, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: ref.name },
    spec: {
      group,
      version: "v1",
      service: { namespace: s.namespace, name: "none" },
      groupPriorityMinimum: 10,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
    },
  }, by);
  try {
    const discovery = new Discovery(s.client);
    await eventually("the stale group", async () => {
      await discovery.refresh();
      return await discovery.isStale(group, "v1");
    });
    assert.equal(await discovery.isGroupStale(group), true);
    assert.equal(await discovery.isStale("apps", "v1"), false);
  } finally {
    // Removes the APIService, because the API server deletes no namespace while an aggregated API
    // does not respond.
    await s.client.delete(ref);
  }
});
