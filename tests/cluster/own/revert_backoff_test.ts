/**
 * Tests of another field manager that keeps reverting a field. kro must report the name of this manager, and
 * repair the object after increasing delays.
 */
import assert from "node:assert/strict";
import { type KubeObject, Manager, type ObjectRef } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import {
  cachedSetup,
  containerOf,
  env,
  podTemplate,
} from "../../support/cluster/cached_cluster.ts";
import {
  condition,
  configMap,
  eventually,
  kroTest,
  NAME,
  POD_TEMPLATE,
  USER,
} from "../../support/cluster/mod.ts";

const reverts: Record<string, {
  change: (client: KubeClient, live: KubeObject, ref: ObjectRef) => Promise<unknown>;
  field: string;
  manager?: string;
}> = {
  "a value": {
    change: (client, live, ref) => {
      const changed = structuredClone(live);
      containerOf(changed).image = "theirs";
      return client.replace(ref, changed, { fieldManager: "other" });
    },
    field: 'template.spec.containers[name="main"].image',
    manager: "other",
  },
  "the order of a list": {
    change: (client, live, ref) => {
      const changed = structuredClone(live);
      containerOf(changed).env = env.toReversed();
      return client.replace(ref, changed, { fieldManager: "other" });
    },
    // kro cannot report the name of the manager here, because a client that only reorders a list does not own
    // any field of the list.
    field: 'template.spec.containers[name="main"].env',
  },
  "a value under kro's own field manager": {
    change: (client, _live, ref) =>
      client.apply(ref, podTemplate(ref, { env, image: "theirs" }), {
        fieldManager: Manager.children,
        force: true,
      }),
    field: 'template.spec.containers[name="main"].image',
  },
};

for (const [what, { change, field, manager }] of Object.entries(reverts)) {
  Deno.test(`${what} that another manager keeps reverting is reported, and its repair is backed off`, async () => {
    // Stops the clock of the backoff, so that the next repair never becomes due.
    await using setup = await cachedSetup([POD_TEMPLATE], { now: () => 0 });
    const { cluster, client, namespace } = setup;
    const ref = { kind: POD_TEMPLATE, namespace, name: "a" };
    const desired = podTemplate(ref, { env });
    await cluster.apply(ref, desired, { force: true });
    const provoke = async () => {
      const live = (await client.get(ref))!;
      await change(client, live, ref);
      await eventually(
        "the cache has it",
        async () =>
          (await cluster.get(ref))?.metadata.resourceVersion !== live.metadata.resourceVersion,
      );
      setup.requests();
      return await cluster.apply(ref, desired, { force: true });
    };
    for (const [round, look] of [0, 0, 1, 1].entries()) {
      const { action, reverted } = await provoke();
      assert.equal(action, "configured");
      assert.equal(reverted, undefined);
      const { "get podtemplates": gets = 0, ...rest } = setup.requests();
      assert.deepEqual([gets, rest], [look, { "apply podtemplates": 1 }], `round ${round}`);
    }
    const { reverted } = await provoke();
    assert.deepEqual([reverted?.field, reverted?.manager], [field, manager]);
    const postponed = await provoke();
    assert.equal(postponed.action, "unchanged");
    assert.deepEqual(postponed.reverted?.field, field);
    assert.deepEqual(
      setup.requests(),
      {},
      "the object is neither read nor repaired before the repair is due",
    );
  });
}

kroTest("an instance names the manager that keeps reverting a field, and its object", async (s) => {
  const graph = await s.graph({
    kind: "Fighter",
    resources: [configMap("config", NAME, { value: "ours" })],
  });
  await graph.create("one");
  await graph.active("one");
  const at = { kind: "ConfigMap", name: "one" };
  const revert = async () => {
    await s.cluster.patch(at, { data: { value: "theirs" } });
    await s.cluster.until(at, ({ data }) => data.value === "ours");
  };
  for (let round = 0; round < 5; round++) await revert();
  const instance = await s.cluster.until(
    graph.instance("one"),
    (o) => condition(o, "ResourcesReady").status === "False",
  );
  assert.equal(instance.status.state, "IN_PROGRESS");
  assert.equal(
    condition(instance, "Ready").message,
    `resource reconciliation failed: ConfigMap ${s.namespace}/one: field manager "${USER}" keeps ` +
      "reverting data.value; kro backs off repairing it until that stops",
  );
  await revert();
}, { controller: { instanceRequeueMs: 0 }, defaults: true });
