/** Asserts the exact numbers of kro's requests to the API server, as its audit log counts them. */
import assert from "node:assert/strict";
import { callText, isWrite } from "../../support/controlplane/audit.ts";
import {
  configMap,
  type GraphSpec,
  kroTest,
  NAME,
  type Scenario,
  serviceAccount,
  viewed,
} from "../../support/cluster/mod.ts";

/**
 * The options of a controller that requeues each instance every 300 ms. Several requeues happen during each
 * test, so the test fails if a requeue sends a request.
 */
const busy = { controller: { instanceRequeueMs: 300 }, defaults: true };

/**
 * How long kro must be idle before its requests are counted, in milliseconds. This time exceeds the
 * delay of a debounced status write.
 */
const QUIET_MS = 1000;

/**
 * An RGD with a ConfigMap, a Secret and a ServiceAccount. The Secret depends on the ConfigMap, and
 * the ServiceAccount on the Secret.
 */
const three: GraphSpec = {
  kind: "Trio",
  spec: { value: "string | default=x", other: "string | default=y" },
  resources: [
    configMap("config", NAME, { value: "${schema.spec.value}", other: "${schema.spec.other}" }),
    {
      id: "secret",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: NAME },
        stringData: { value: "${config.data.value}" },
      },
    },
    serviceAccount("account", "${secret.metadata.name}"),
  ],
};

/**
 * Returns the requests that kro sends from the call of `act` until kro is idle again. Requests for
 * the namespaces of other tests are left out.
 */
async function callsDuring(s: Scenario, act: () => Promise<unknown>): Promise<string[]> {
  await s.requests();
  await act();
  await s.idle(QUIET_MS);
  const calls = await s.requests();
  return calls.filter(({ namespace }) => !namespace || namespace === s.namespace)
    .map((call) => callText(call));
}

const nothing = () => Promise.resolve();

kroTest("calls for an instance of three objects, from its creation to its deletion", async (s) => {
  const graph = await s.graph(three);
  const one = graph.instance("one");
  await s.idle(QUIET_MS);

  await s.step("create: N + 2", async () => {
    const calls = await callsDuring(s, async () => {
      await graph.create("one", { value: "x" });
      await graph.active("one");
    });
    assert.deepEqual(calls, [
      "patch trios one",
      "patch configmaps one",
      "patch secrets one",
      "patch serviceaccounts one",
      "update trios/status one",
    ]);
  });

  await s.step("unchanged: none", async () => {
    assert.deepEqual(await callsDuring(s, nothing), []);
  });

  await s.step("a user's annotation and label on the instance: none", async () => {
    const metadata = { annotations: { note: "hello" }, labels: { team: "blue" } };
    assert.deepEqual(await callsDuring(s, () => s.cluster.patch(one, { metadata })), []);
  });

  await s.step("one object drifted: 1", async () => {
    const calls = await callsDuring(s, async () => {
      const at = { kind: "Secret", name: "one" };
      await s.cluster.patch(at, { data: { value: btoa("drifted") } });
      await s.cluster.until(at, ({ data }) => data.value === btoa("x"));
    });
    assert.deepEqual(calls, ["patch secrets one"]);
  });

  await s.step("a change of the spec that touches k = 2 objects, then k = 1: k + 1", async () => {
    const change = (spec: Record<string, string>) =>
      callsDuring(s, async () => {
        await graph.create("one", spec);
        await graph.active("one");
      });
    assert.deepEqual(await change({ value: "new" }), [
      "patch configmaps one",
      "patch secrets one",
      "update trios/status one",
    ]);
    assert.deepEqual(await change({ value: "new", other: "z" }), [
      "patch configmaps one",
      "update trios/status one",
    ]);
  });

  await s.step("suspended: one status write, then none; resumed: one status write", async () => {
    const mark = (value: string | null) =>
      callsDuring(s, () => s.cluster.annotate(one, { "kro.run/reconcile": value }));
    assert.deepEqual(await mark("suspended"), ["update trios/status one"]);
    assert.deepEqual(await callsDuring(s, nothing), []);
    assert.deepEqual(await mark(null), ["update trios/status one"]);
  });

  await s.step(
    "a controller that starts with converged instances: no write and no get",
    async () => {
      await s.requests();
      await s.restart();
      await viewed(s, graph, "one", "a pass", ({ lastPass }) => lastPass);
      await s.idle(QUIET_MS);
      const calls = await s.requests();
      const listed = calls.filter(({ verb }) => ["get", "list"].includes(verb));
      assert.deepEqual(calls.filter((call) => !listed.includes(call)).map((c) => callText(c)), []);
      assert.deepEqual(
        calls.filter((c) => c.namespace === s.namespace).map((c) => callText(c)),
        [],
      );
    },
  );

  await s.step("delete: N + 2 and one metadata list per kind, no discovery", async () => {
    const calls = await callsDuring(s, () => s.cluster.remove(one));
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
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "one" }), undefined);
  });
}, busy);

kroTest("calls for a chain of depth D: D + 2 in one pass, and D + 3 to delete it", async (s) => {
  const steps = [0, 1, 2, 3, 4];
  const graph = await s.graph({
    kind: "Chain",
    spec: { value: "string | default=x" },
    resources: steps.map((n) => {
      const value = n === 0 ? "${schema.spec.value}" : `\${n${n - 1}.data.value}`;
      return configMap(`n${n}`, `${NAME}-${n}`, { value });
    }),
  });
  await s.idle(QUIET_MS);
  const created = await callsDuring(s, async () => {
    await graph.create("one");
    await graph.active("one");
  });
  assert.deepEqual(created, [
    "patch chains one",
    ...steps.map((n) => `patch configmaps one-${n}`),
    "update chains/status one",
  ]);
  assert.deepEqual(await callsDuring(s, () => s.cluster.remove(graph.instance("one"))), [
    "update chains/status one",
    ...steps.toReversed().map((n) => `delete configmaps one-${n}`),
    "list configmaps",
    "patch chains one",
  ]);
  // The periodic requeue is off in this test, so only watch events can make kro delete the next objects.
}, { controller: { instanceRequeueMs: 0 }, defaults: true });

kroTest(
  "instances of a deleted or invalid RGD cost no calls once their status reports it",
  async (s) => {
    const graph = await s.graph(three);
    await graph.create("one");
    await graph.active("one");
    await s.idle(QUIET_MS);
    const isRead = (call: string) => /^(get|list) /.test(call);

    /**
     * Restarts the controller. Returns the writes that the new controller sends until it is idle.
     */
    const written = async () => {
      await s.requests();
      await s.restart();
      await s.idle(2 * QUIET_MS);
      return (await s.requests()).filter(isWrite).map((c) => callText(c));
    };

    await s.step(
      "the RGD is deleted: only its finalizer and its revision's are removed",
      async () => {
        const calls = await callsDuring(s, () => s.cluster.remove(graph.rgd));
        assert.deepEqual(calls.filter((call) => !isRead(call)), [
          `patch graphrevisions ${graph.rgd.name}-r00001`,
          `patch resourcegraphdefinitions ${graph.rgd.name}`,
        ]);
        assert.deepEqual(await callsDuring(s, nothing), []);
      },
    );

    await s.step("a controller that starts afterwards writes nothing", async () => {
      assert.deepEqual(await written(), []);
    });

    await s.step(
      "an RGD without a valid graph: its instances' statuses are written once",
      async () => {
        const broken = structuredClone(three);
        broken.resources[0] = configMap("config", NAME, { value: "${nobody.x}" });
        const calls = await callsDuring(s, async () => {
          await s.apply(broken, graph.rgd.name);
          await s.cluster.until(graph.instance("one"), ({ status }) => status.state === "ERROR");
        });
        assert.deepEqual(calls.filter((call) => call.endsWith(" one")), [
          "update trios/status one",
        ]);
        assert.deepEqual(await callsDuring(s, nothing), []);
      },
    );

    await s.step("a controller that starts afterwards writes no status", async () => {
      assert.deepEqual(await written(), []);
      await viewed(s, graph, "one", "a pass", ({ lastPass }) => lastPass);
    });
  },
  busy,
);
