/** Tests of plans in which an instance of one graph creates an instance of another graph. */
import assert from "node:assert/strict";
import { parseManifests } from "../../../src/cli/mod.ts";
import { makePlan } from "../../../src/cli/plan/planner.ts";
import { openSession } from "../../../src/cli/session.ts";
import type { PlanReport } from "../../../src/explain/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import {
  configMap,
  type GraphSpec,
  kroTest,
  NAME,
  type Scenario,
} from "../../support/cluster/mod.ts";
import { planned } from "../../support/cluster/plan.ts";
import { sharedControlPlane } from "../../support/controlplane/shared.ts";

const inner = (suffix: string): GraphSpec => ({
  kind: "Inner",
  spec: { color: "string" },
  status: { color: "${map.data.color}" },
  resources: [configMap("map", `${NAME}-map`, { color: `\${schema.spec.color}${suffix}` })],
});

/** Creates an inner and an outer graph with one instance, and returns the changed RGDs of both. */
async function setUp(s: Scenario) {
  const innerGraph = await s.graph(inner(""));
  const outer = (color: string): GraphSpec => ({
    kind: "Outer",
    resources: [configMap("tail", `${NAME}-tail`, { color: "${inner.spec.color}" }), {
      id: "inner",
      template: {
        apiVersion: innerGraph.apiVersion,
        kind: "Inner",
        metadata: { name: `${NAME}-inner` },
        spec: { color },
      },
    }],
  });
  const outerGraph = await s.graph(outer("red"));
  await outerGraph.create("one");
  await outerGraph.active("one");
  await s.idle();
  const files = [outerGraph.object(outer("blue")), innerGraph.object(inner("!"))];
  return { innerGraph, outerGraph, outer, files };
}

/** Asserts that the plan shows the change of the inner object that both RGDs make together. */
function assertTogether({ changes }: PlanReport): void {
  const change = changes.find(({ name }) => name === "one-inner-map");
  assert.deepEqual(change?.fields.filter(({ path }) => path.startsWith("data")), [
    { path: "data.color", old: "red", new: "blue!" },
  ]);
}

kroTest("an inner and an outer graph that change together are planned together", async (s) => {
  const { innerGraph, outerGraph, outer, files } = await setUp(s);
  assertTogether((await planned(s.cluster, files)).report);
  await innerGraph.change(inner("!"));
  await outerGraph.change(outer("blue"));
  await s.cluster.until(
    { kind: "ConfigMap", name: "one-inner-map" },
    (o) => o.data.color === "blue!",
  );
});

/** For each order of the two passes: the object whose dry run waits, and the object for whose dry run it waits. */
const ORDERS = {
  "after": { waits: "one-inner-map", until: "one-inner" },
  "before the end of": { waits: "one-tail", until: "one-inner-map" },
};

for (const [order, { waits, until }] of Object.entries(ORDERS)) {
  kroTest(`an inner pass that ends ${order} the outer pass undoes no planned change`, async (s) => {
    const { files } = await setUp(s);
    const { kubeconfigFor } = await sharedControlPlane();
    const flags = { kubeconfig: kubeconfigFor("kro"), namespace: s.namespace };
    using session = await openSession(flags, { out: () => {}, err: () => {}, color: false });
    const { client } = session;
    const asked = new Map(
      ["one-inner", "one-inner-map"].map((name) => [name, Promise.withResolvers<void>()]),
    );
    const apply: KubeClient["apply"] = async (ref, object, options) => {
      if (ref.name === "one-inner-map") await asked.get("one-inner")!.promise;
      if (ref.name === waits) await asked.get(until)!.promise;
      const answer = await client.apply(ref, object, options);
      asked.get(ref.name)?.resolve();
      return answer;
    };
    const ordered = new Proxy(client, {
      get(target, name) {
        const value = name === "apply" ? apply : Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: files };
    const manifests = parseManifests(JSON.stringify(list), "files.json");
    const plan = await makePlan({ ...session, client: ordered }, manifests);
    assertTogether(plan.report);
  });
}
