// Others who change the same field back again and again: told by name, repaired less and less often.
import assert from "node:assert/strict";
import { type KubeObject, Manager, type ObjectRef } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import {
  bench,
  containerOf,
  env,
  POD_TEMPLATE,
  podTemplate,
} from "../../support/cluster/cached_cluster.ts";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  startController,
  until,
} from "../../support/cluster/controller.ts";
import { eventually, testNamespace } from "../../support/controlplane/shared.ts";

const fights: Record<string, {
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
    // Who reorders a list owns nothing of it afterwards.
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

for (const [what, { change, field, manager }] of Object.entries(fights)) {
  Deno.test(`a fight over ${what} is told, and no longer repaired at once`, async () => {
    await using setup = await bench([POD_TEMPLATE]);
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
    for (const look of [0, 0, 1, 1]) {
      const { action, reverted } = await provoke();
      assert.equal(action, "configured");
      assert.equal(reverted, undefined);
      const { "get podtemplates": gets = 0, ...rest } = setup.requests();
      assert.deepEqual([gets, rest], [look, { "apply podtemplates": 1 }]);
    }
    const { reverted } = await provoke();
    assert.deepEqual([reverted?.field, reverted?.manager], [field, manager]);
    const postponed = await provoke();
    assert.equal(postponed.action, "unchanged");
    assert.deepEqual(postponed.reverted?.field, field);
    assert.deepEqual(setup.requests(), {}, "neither looked at nor repaired before it is due");
  });
}

Deno.test("an instance says who fights over which field of which object", async () => {
  await using namespace = await testNamespace("fight");
  const ns = namespace.name;
  const name = `fight${crypto.randomUUID().slice(0, 6)}`;
  const kind = `fighters.${groupOf(name)}`;
  await using _running = await startController({ instanceRequeueMs: 0 });
  try {
    await apply(graph(name, {
      kind: "Fighter",
      spec: {},
      resources: [{
        id: "config",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "${schema.metadata.name}" },
          data: { value: "ours" },
        },
      }],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const apiVersion = `${groupOf(name)}/v1alpha1`;
    await apply({ apiVersion, kind: "Fighter", metadata: { name: "one" }, spec: {} }, ns);
    await until(kind, "one", ns, (o) => o.status?.state === "ACTIVE");
    const patch = JSON.stringify({ data: { value: "theirs" } });
    for (let round = 0; round < 5; round++) {
      await kubectl(["patch", "configmap", "one", "-n", ns, "--type=merge", "-p", patch]);
      await until("configmap", "one", ns, (o) => o.data.value === "ours");
    }
    const told = await until(kind, "one", ns, (o) =>
      // deno-lint-ignore no-explicit-any -- as objects are read in tests
      o.status.conditions.find((c: any) => c.type === "ResourcesReady").status === "False");
    assert.equal(told.status.state, "IN_PROGRESS");
    assert.equal(
      // deno-lint-ignore no-explicit-any -- as above
      told.status.conditions.find((c: any) => c.type === "Ready").message,
      `resource reconciliation failed: ConfigMap ${ns}/one: field manager "kubectl-patch" keeps ` +
        "reverting data.value; kro backs off repairing it until that stops",
    );
    await kubectl(["patch", "configmap", "one", "-n", ns, "--type=merge", "-p", patch]);
    await until("configmap", "one", ns, (o) => o.data.value === "ours");
  } finally {
    await cleanUp(name, "fighters");
  }
});
