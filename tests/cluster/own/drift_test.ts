/**
 * Tests of drift, which is a change of kro's objects by another client: which changes count as
 * drift, how many requests a repair costs, and which instance is requeued.
 */
import assert from "node:assert/strict";
import { type KubeObject, Manager, type ObjectRef } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import {
  type CachedSetup,
  cachedSetup,
  childOf,
  containerOf,
  env,
  INSTANCE,
  podTemplate,
} from "../../support/cluster/cached_cluster.ts";
import {
  CONFIG_MAP,
  eventually,
  POD_TEMPLATE,
  SECRET,
  SERVICE,
} from "../../support/cluster/mod.ts";

Deno.test("cached cluster: an applied object costs no request, even after a restart, despite the server's normalization", async () => {
  await using before = await cachedSetup([POD_TEMPLATE, SERVICE, CONFIG_MAP, SECRET]);
  const { namespace } = before;
  const template = { kind: POD_TEMPLATE, namespace, name: "a" };
  const config = { kind: CONFIG_MAP, namespace, name: "a" };
  const secret = { kind: SECRET, namespace, name: "a" };
  const service = { kind: SERVICE, namespace, name: "a" };
  const limits = { cpu: "1000m", memory: 1024 };
  const objects: [ObjectRef, KubeObject][] = [
    [
      template,
      podTemplate(template, { env, args: [], securityContext: {}, resources: { limits } }),
    ],
    [service, childOf(service, { spec: { ports: [{ port: 80, targetPort: "http" }] } })],
    [config, childOf(config, { data: { k: "v" }, binaryData: {}, immutable: null })],
    [secret, childOf(secret, { data: { k: "dg==" } })],
  ];
  const pass = async ({ cluster }: CachedSetup) => {
    for (const [ref, object] of objects) await cluster.apply(ref, object, { force: true });
  };
  await pass(before);
  assert.deepEqual(before.requests(), {
    "apply podtemplates": 1,
    "apply services": 1,
    "apply configmaps": 1,
    "apply secrets": 1,
  });
  await pass(before);
  assert.deepEqual(before.requests(), {});
  await using after = await before.restarted();
  await pass(after);
  assert.deepEqual(after.requests(), {});
});

Deno.test("cached cluster: a value that only the server finds equal costs one apply after a restart", async () => {
  await using before = await cachedSetup([POD_TEMPLATE]);
  const ref = { kind: POD_TEMPLATE, namespace: before.namespace, name: "a" };
  // The API server drops the empty string, because the field has `omitempty` in its Go type. The
  // OpenAPI schema does not show this, so kro cannot know that the missing value equals the empty
  // string.
  const desired = podTemplate(ref, { env: [{ name: "A", value: "" }] });
  const { object } = await before.cluster.apply(ref, desired, { force: true });
  await using after = await before.restarted();
  const again = await after.cluster.apply(ref, desired, { force: true });
  assert.equal(again.action, "unchanged");
  assert.equal(again.object.metadata.resourceVersion, object.metadata.resourceVersion);
  assert.deepEqual(after.requests(), { "apply podtemplates": 1 });
  await after.cluster.apply(ref, desired, { force: true });
  assert.deepEqual(after.requests(), {});
});

const drifts: Record<
  string,
  (client: KubeClient, live: KubeObject, ref: ObjectRef) => Promise<unknown>
> = {
  "a list in another order": (client, live, ref) => {
    const changed = structuredClone(live);
    containerOf(changed).env = env.toReversed();
    return client.replace(ref, changed, { fieldManager: "foreign" });
  },
  "a value changed by an update": (client, live, ref) => {
    const changed = structuredClone(live);
    containerOf(changed).image = "other";
    return client.replace(ref, changed, { fieldManager: "foreign" });
  },
  "a value changed by an apply under kro's field manager": (client, _live, ref) =>
    client.apply(ref, podTemplate(ref, { env, image: "other" }), {
      fieldManager: Manager.children,
      force: true,
    }),
  "a field added by an apply under kro's field manager": (client, _live, ref) =>
    client.apply(ref, podTemplate(ref, { env, tty: true }), {
      fieldManager: Manager.children,
      force: true,
    }),
  "a field that another manager owns after a forced apply": (client, _live, ref) =>
    client.apply(ref, podTemplate(ref, { env, image: "other" }), {
      fieldManager: "foreign",
      force: true,
    }),
};

for (const [what, drift] of Object.entries(drifts)) {
  Deno.test(`cached cluster: ${what} is drift: it requeues the instance and costs one apply`, async () => {
    await using setup = await cachedSetup([POD_TEMPLATE]);
    const { cluster, client, namespace } = setup;
    const ref = { kind: POD_TEMPLATE, namespace, name: "a" };
    const desired = podTemplate(ref, { env });
    await cluster.apply(ref, desired, { force: true });
    const live = (await client.get(ref))!;
    const { resourceVersion } = live.metadata;
    setup.woken();
    await drift(client, live, ref);
    await eventually(
      "the cache has it",
      async () => (await cluster.get(ref))?.metadata.resourceVersion !== resourceVersion,
    );
    assert.deepEqual(await setup.untilWoken(), [INSTANCE.name]);
    setup.requests();
    const { object, action } = await cluster.apply(ref, desired, { force: true });
    assert.equal(action, "configured");
    const { image, env: repaired, tty } = containerOf(object);
    assert.deepEqual({ image, env: repaired, tty }, { image: "none", env, tty: undefined });
    assert.deepEqual(setup.requests(), { "apply podtemplates": 1 });
  });
}

Deno.test("cached cluster: another manager's fields are not drift, and kro's own writes requeue no instance", async () => {
  await using setup = await cachedSetup([CONFIG_MAP]);
  const { cluster, client, namespace } = setup;
  const ref = { kind: CONFIG_MAP, namespace, name: "a" };
  for (const k of ["1", "2", "3"]) {
    await cluster.apply(ref, childOf(ref, { data: { k } }), { force: true });
  }
  const theirs = { ...childOf(ref, { data: { theirs: "x" } }), metadata: { name: "a", namespace } };
  await client.apply(ref, theirs, { fieldManager: "foreign" });
  await eventually(
    "the cache has it",
    async () =>
      (await cluster.get(ref))?.data && "theirs" in ((await cluster.get(ref))!.data as object),
  );
  assert.deepEqual(
    await setup.untilWoken(),
    [INSTANCE.name],
    "only the other manager's write requeues",
  );
  setup.requests();
  const { action } = await cluster.apply(ref, childOf(ref, { data: { k: "3" } }), { force: true });
  assert.equal(action, "unchanged");
  assert.deepEqual(setup.requests(), {});
});
