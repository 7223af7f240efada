/**
 * Tests of `kro controller --observe` beside another controller. The observing controller runs as a service
 * account that may only get, list and watch.
 */
import assert from "node:assert/strict";
import type { ObservedInstance } from "../../../src/controller/mod.ts";
import {
  configMap,
  eventually,
  KroRequests,
  kroTest,
  kubectl,
  type Scenario,
  type ServiceAccount,
  serviceAccountIn,
  startController,
  type TestGraph,
} from "../../support/cluster/mod.ts";
import { isWriteVerb } from "../../support/controlplane/audit.ts";
import { needsGo, runUpstream } from "../../support/cluster/upstream_controller.ts";
import { mixed } from "../upstream/takeover_graphs.ts";

/** A service account that may read every kind, and that has no other permission. */
async function reader(s: Scenario): Promise<ServiceAccount> {
  const account = await serviceAccountIn(s.namespace, "reader");
  const name = `${s.namespace}-reader`;
  const rights = ["--verb=get,list,watch", "--resource=*.*"];
  await kubectl(["create", "clusterrole", name, ...rights]);
  await kubectl([
    "create",
    "clusterrolebinding",
    name,
    `--clusterrole=${name}`,
    `--user=${account.user}`,
  ]);
  return account;
}

async function dropReader(s: Scenario): Promise<void> {
  const name = `${s.namespace}-reader`;
  await kubectl(["delete", "clusterrole,clusterrolebinding", name, "--ignore-not-found"]);
}

interface Observing {
  /** Waits until the observed differences of an instance fulfil the condition, and returns them. */
  until(name: string, holds: (found: ObservedInstance) => unknown): Promise<ObservedInstance>;
  /** Returns the text of the metrics. */
  metrics(): Promise<string>;
}

/**
 * Runs `run` beside an observing controller. Afterwards, checks in the audit log that the observing
 * controller has sent no request with a verb that writes.
 */
async function observing(
  s: Scenario,
  graph: TestGraph,
  run: (kro: Observing) => Promise<void>,
): Promise<void> {
  await using account = await reader(s);
  try {
    using requests = await KroRequests.open(account.user);
    await using kro = await startController({ observe: true }, { kubeconfig: account.kubeconfig });
    const view = (name: string) =>
      kro.controller.instance(graph.rgd.name, `${s.namespace}/${name}`)?.observed;
    await run({
      until: (name, holds) =>
        eventually(`differences of ${name}`, () => {
          const found = view(name);
          return found && holds(found) ? found : undefined;
        }),
      metrics: () => kro.controller.metrics(),
    });
    await kro.stop();
    const sent = await requests.takeAll();
    assert.ok(sent.some(({ verb }) => verb === "watch"), "the audit log contains the requests");
    assert.deepEqual(sent.filter(({ verb }) => isWriteVerb(verb)), []);
  } finally {
    await dropReader(s);
  }
}

const isSame = ({ children }: ObservedInstance) => children.length === 0;

kroTest("an observing controller follows another controller without a write", async (s) => {
  const graph = await s.graph({
    kind: "Observed",
    spec: { value: "string | default=a" },
    resources: [configMap("map", "${schema.metadata.name}", { value: "${schema.spec.value}" })],
  });
  await graph.create("one");
  await graph.active("one");
  await observing(s, graph, async (kro) => {
    const { instance } = await kro.until("one", isSame);
    assert.deepEqual(instance, [], "both controllers are of the same version");
    await graph.create("one", { value: "b" });
    await s.cluster.until({ kind: "ConfigMap", name: "one" }, ({ data }) => data.value === "b");
    await kro.until("one", isSame);

    await s.restart(async () => {
      await s.cluster.patch({ kind: "ConfigMap", name: "one" }, { data: { value: "theirs" } });
      const { children } = await kro.until("one", ({ children }) => children.length === 1);
      const [{ action, node, fields }] = children as [ObservedInstance["children"][number]];
      assert.deepEqual({ action, node, fields }, {
        action: "changed",
        node: "map",
        fields: [{ path: "data.value", old: "theirs", new: "b" }],
      });
      assert.match(
        await kro.metrics(),
        /kro_observed_instances\{gvr="[^"]*observeds",result="different"\} 1/,
      );
      await s.cluster.delete({ kind: "ConfigMap", name: "one" });
      await kro.until("one", ({ children }) => children[0]?.action === "created");
    });
    await kro.until("one", isSame);

    await graph.put({
      kind: "Observed",
      spec: { value: "string | default=a" },
      resources: [
        configMap("map", "${schema.metadata.name}", { value: "new-${schema.spec.value}" }),
      ],
    });
    const changed = { kind: "ConfigMap", name: "one" };
    await s.cluster.until(changed, ({ data }) => data.value === "new-b");
    await kro.until("one", isSame);
  });
});

kroTest(
  `an observing controller beside upstream finds no difference of children${needsGo}`,
  async (s) => {
    await s.restart(async () => {
      await using _upstream = await runUpstream();
      const metadata = { name: "outside" };
      await s.cluster.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata,
        data: { value: "o" },
      });
      const graph = await s.graph(mixed);
      await graph.create("one");
      await s.cluster.until({ kind: "Deployment.apps", name: "one" });
      await s.cluster.patchStatus({ kind: "Deployment.apps", name: "one" }, {
        replicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
      });
      await graph.active("one");
      await s.cluster.until({ kind: "ConfigMap", name: "one-last" });
      await observing(s, graph, async (kro) => {
        const { instance } = await kro.until("one", isSame);
        const paths = instance.map(({ path }) => path);
        assert.ok(paths.includes('status.conditions[type="InstanceSynced"]'), paths.join());
      });
    });
  },
  { ignore: needsGo !== "" },
);
