// What kro asks the API server for, counted from the audit log: exact numbers, for every call costs.
import assert from "node:assert/strict";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  quiet,
  read,
  requests,
  startController,
  until,
  untilGone,
} from "../../support/cluster/controller.ts";
import type { AuditEntry } from "../../support/controlplane/mod.ts";
import { testNamespace } from "../../support/controlplane/shared.ts";

/** Looks again so often that a test of quiet sees it. */
const busy = { instanceRequeueMs: 300 };

const suffix = crypto.randomUUID().slice(0, 6);

/** ConfigMap, Secret and ServiceAccount, one after the other: each reads the one before. */
const three = (name: string) =>
  graph(name, {
    kind: "Trio",
    spec: { value: "string | default=x", other: "string | default=y" },
    resources: [
      {
        id: "config",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "${schema.metadata.name}" },
          data: { value: "${schema.spec.value}", other: "${schema.spec.other}" },
        },
      },
      {
        id: "secret",
        template: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "${schema.metadata.name}" },
          stringData: { value: "${config.data.value}" },
        },
      },
      {
        id: "account",
        template: {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: "${secret.metadata.name}" },
        },
      },
    ],
  });

/** Five ConfigMaps, each of which reads the one before. */
const chain = (name: string) =>
  graph(name, {
    kind: "Chain",
    spec: { value: "string | default=x" },
    resources: [0, 1, 2, 3, 4].map((n) => ({
      id: `n${n}`,
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `\${schema.metadata.name}-${n}` },
        data: { value: n === 0 ? "${schema.spec.value}" : `\${n${n - 1}.data.value}` },
      },
    })),
  });

const shown = (entries: readonly AuditEntry[]) =>
  entries.map(({ verb, resource, subresource, name }) =>
    [verb, subresource ? `${resource}/${subresource}` : resource, ...(name ? [name] : [])].join(" ")
  );

/** What kro asks for because of what is done, until it is quiet again; other tests' leavings apart. */
async function asked(namespace: string, act: () => Promise<unknown>): Promise<string[]> {
  const since = new Date();
  await act();
  await quiet(1000);
  const calls = await requests(since);
  return shown(calls.filter((call) => !call.namespace || call.namespace === namespace));
}

Deno.test("calls for an instance of three objects, from its creation to its deletion", async (t) => {
  await using namespace = await testNamespace("calls");
  const ns = namespace.name;
  const name = `calls${suffix}`;
  const apiVersion = `${groupOf(name)}/v1alpha1`;
  const kind = `trios.${groupOf(name)}`;
  const instance = (spec: Record<string, string>) =>
    apply({ apiVersion, kind: "Trio", metadata: { name: "one" }, spec }, ns);
  const active = (generation: number) =>
    until(kind, "one", ns, (o) =>
      o.status?.state === "ACTIVE" &&
      // deno-lint-ignore no-explicit-any -- as objects are read in tests
      o.status.conditions.every((c: any) => c.observedGeneration === generation));
  let running = await startController(busy);
  try {
    await apply(three(name));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    await quiet(1000);

    await t.step("create: N + 2", async () => {
      const calls = await asked(ns, async () => {
        await instance({ value: "x" });
        await active(1);
      });
      assert.deepEqual(calls, [
        "patch trios one",
        "patch configmaps one",
        "patch secrets one",
        "patch serviceaccounts one",
        "update trios/status one",
      ]);
    });

    await t.step("unchanged: none", async () => {
      assert.deepEqual(await asked(ns, () => quiet(500)), []);
    });

    await t.step("an annotation and a label of a user on the instance: none", async () => {
      const calls = await asked(ns, async () => {
        await kubectl(["annotate", kind, "one", "-n", ns, "note=hello"]);
        await kubectl(["label", kind, "one", "-n", ns, "team=blue"]);
      });
      assert.deepEqual(calls, []);
    });

    await t.step("one object drifted: 1", async () => {
      const patch = JSON.stringify({ data: { value: "c29tZWJvZHkncw==" } });
      const calls = await asked(ns, async () => {
        await kubectl(["patch", "secret", "one", "-n", ns, "--type=merge", "-p", patch]);
        await until("secret", "one", ns, (o) => o.data.value === btoa("x"));
      });
      assert.deepEqual(calls, ["patch secrets one"]);
    });

    await t.step("a change of the spec that touches k = 2 objects, then k = 1: k + 1", async () => {
      const two = await asked(ns, async () => {
        await instance({ value: "new" });
        await active(2);
      });
      assert.deepEqual(two, [
        "patch configmaps one",
        "patch secrets one",
        "update trios/status one",
      ]);
      const one = await asked(ns, async () => {
        await instance({ value: "new", other: "z" });
        await active(3);
      });
      assert.deepEqual(one, ["patch configmaps one", "update trios/status one"]);
    });

    await t.step("suspended: its status once; quiet then; resumed: its status once", async () => {
      const note = ["annotate", kind, "one", "-n", ns, "--overwrite"];
      const suspended = await asked(ns, () => kubectl([...note, "kro.run/reconcile=suspended"]));
      assert.deepEqual(suspended, ["update trios/status one"]);
      assert.deepEqual(await asked(ns, () => quiet(500)), []);
      const resumed = await asked(ns, () => kubectl([...note, "kro.run/reconcile-"]));
      assert.deepEqual(resumed, ["update trios/status one"]);
    });

    await t.step(
      "a controller that starts on what has converged: no write and no get",
      async () => {
        await running[Symbol.asyncDispose]();
        const since = new Date();
        running = await startController(busy);
        const view = () => running.controller.instances(name)?.[0];
        while (!view()?.lastPass) await quiet(50);
        await quiet(1500);
        const calls = await requests(since);
        assert.deepEqual(shown(calls.filter((c) => !["get", "list"].includes(c.verb))), []);
        assert.deepEqual(shown(calls.filter((c) => c.namespace === ns)), []);
      },
    );

    await t.step("delete: N + 2 and one list of metadata a kind, none of discovery", async () => {
      const calls = await asked(ns, async () => {
        await kubectl(["delete", kind, "one", "-n", ns, "--timeout=30s"]);
        await untilGone(kind, "one", ns);
      });
      assert.deepEqual(calls.slice(0, 4), [
        "update trios/status one",
        "delete serviceaccounts one",
        "delete secrets one",
        "delete configmaps one",
      ]);
      assert.deepEqual(calls.slice(4, 7).toSorted(), [
        "list configmaps",
        "list secrets",
        "list serviceaccounts",
      ]);
      assert.deepEqual(calls.slice(7), ["patch trios one"]);
      assert.equal(await read("configmap", "one", ns), undefined);
    });
  } finally {
    await cleanUp(name, "trios");
    await running[Symbol.asyncDispose]();
  }
});

Deno.test("calls for a chain of depth D: D + 2 in one pass, and as many to delete it", async () => {
  await using namespace = await testNamespace("calls");
  const ns = namespace.name;
  const name = `chain${suffix}`;
  const kind = `chains.${groupOf(name)}`;
  // Without the timed requeue: waves of a deletion are told by watches alone.
  await using _running = await startController({ instanceRequeueMs: 0 });
  try {
    await apply(chain(name));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    await quiet(1000);
    const steps = [0, 1, 2, 3, 4];
    const created = await asked(ns, async () => {
      const apiVersion = `${groupOf(name)}/v1alpha1`;
      await apply({ apiVersion, kind: "Chain", metadata: { name: "one" }, spec: {} }, ns);
      await until(kind, "one", ns, (o) => o.status?.state === "ACTIVE");
    });
    assert.deepEqual(created, [
      "patch chains one",
      ...steps.map((n) => `patch configmaps one-${n}`),
      "update chains/status one",
    ]);
    const deleted = await asked(ns, async () => {
      await kubectl(["delete", kind, "one", "-n", ns, "--timeout=30s"]);
      await untilGone(kind, "one", ns);
    });
    assert.deepEqual(deleted, [
      "update chains/status one",
      ...steps.toReversed().map((n) => `delete configmaps one-${n}`),
      "list configmaps",
      "patch chains one",
    ]);
  } finally {
    await cleanUp(name, "chains");
  }
});

Deno.test("calls for instances without a good graph, and after their RGD: none once that is said", async (t) => {
  await using namespace = await testNamespace("calls");
  const ns = namespace.name;
  const name = `lost${suffix}`;
  const kind = `trios.${groupOf(name)}`;
  const apiVersion = `${groupOf(name)}/v1alpha1`;
  const instance = { apiVersion, kind: "Trio", metadata: { name: "one" }, spec: {} };
  let running = await startController(busy);
  try {
    await apply(three(name));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    await apply(instance, ns);
    await until(kind, "one", ns, (o) => o.status?.state === "ACTIVE");

    await t.step("the RGD is deleted: its finalizer and its revision's, nothing more", async () => {
      const calls = await asked(ns, async () => {
        await kubectl(["delete", "rgd", name, "--timeout=30s"]);
        await untilGone("rgd", name);
      });
      const writes = calls.filter((call) => !/^(get|list) /.test(call));
      assert.deepEqual(writes, [
        `patch graphrevisions ${name}-r00001`,
        `patch resourcegraphdefinitions ${name}`,
      ]);
      assert.deepEqual(await asked(ns, () => quiet(500)), []);
    });

    await t.step("a controller that starts then writes nothing either", async () => {
      await running[Symbol.asyncDispose]();
      const since = new Date();
      running = await startController(busy);
      await quiet(2000);
      const calls = shown(await requests(since));
      assert.deepEqual(calls.filter((call) => !/^(get|list) /.test(call)), []);
    });

    await t.step("an RGD without a good graph: instances are told once", async () => {
      const broken = three(name);
      const { resources } = broken.spec as { resources: { template: { data?: unknown } }[] };
      resources[0]!.template.data = { value: "${nobody.x}" };
      const told = await asked(ns, async () => {
        await apply(broken);
        await until(kind, "one", ns, (o) => o.status?.state === "ERROR");
      });
      assert.deepEqual(told.filter((call) => call.endsWith(" one")), ["update trios/status one"]);
      assert.deepEqual(await asked(ns, () => quiet(500)), []);
    });

    await t.step("and a controller that starts then says nothing twice", async () => {
      await running[Symbol.asyncDispose]();
      const since = new Date();
      running = await startController(busy);
      while (!running.controller.instances(name)?.[0]?.lastPass) await quiet(50);
      await quiet(2000);
      const calls = shown(await requests(since));
      assert.deepEqual(calls.filter((call) => !/^(get|list) /.test(call)), []);
    });
  } finally {
    await cleanUp(name, "trios");
    await running[Symbol.asyncDispose]();
  }
});
