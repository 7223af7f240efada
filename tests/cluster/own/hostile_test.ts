/**
 * Tests of attacks on a running kro: objects of one user must neither crash kro nor affect the instances
 * of other users. kro runs in a process of its own, because an unhandled error would end the process.
 */
import assert from "node:assert/strict";
import { Manager } from "../../../src/api/mod.ts";
import {
  ANY_VALUE,
  eventually,
  installCrd,
  type KroProcess,
  kubectl,
  type Place,
  startKro,
  TestCluster,
  TestGraph,
} from "../../support/cluster/mod.ts";

const DEPTH = 6_000;
const DEEP = "[".repeat(DEPTH) + "]".repeat(DEPTH);

/** Returns kro's log lines that report this object as nested too deeply to be compared. */
const tooDeep = (kro: KroProcess, object: string): string[] =>
  kro.log().split("\n").filter((line) =>
    line.includes(` ${object} is nested too deeply or has too many values: kro cannot compare it`)
  );

/** Changes an object of an instance, and waits until kro has repaired the object. */
async function repaired(cluster: TestCluster, at: Place): Promise<void> {
  await cluster.patch(at, { spec: { values: { a: "changed" } } });
  await cluster.until(at, (o) => (o.spec as { values: { a: string } }).values.a === "kept");
}

Deno.test("objects that are nested too deeply are reported, and other instances are still repaired", async () => {
  await using cluster = await TestCluster.open("deep");
  const chart = await installCrd(cluster, "Chart", { spec: { ...ANY_VALUE, type: "object" } });
  const [kind] = chart.kind.split(".");
  await using kro = await startKro();
  const node = (id: string, values: unknown) => ({
    id,
    template: {
      apiVersion: chart.apiVersion,
      kind,
      metadata: { name: `\${schema.metadata.name}-${id}` },
      spec: { values },
    },
  });
  const graph = await TestGraph.create(cluster, {
    kind: "Charted",
    spec: { values: "object", external: "string | default=none" },
    status: { copy: "${schema.spec.values}" },
    resources: [
      node("chart", { a: "kept" }),
      {
        ...node("copy", "${schema.spec.values}"),
        includeWhen: ["${schema.spec.external == 'none'}"],
      },
      {
        id: "other",
        externalRef: {
          apiVersion: chart.apiVersion,
          kind,
          metadata: { name: "${schema.spec.external}" },
        },
        includeWhen: ["${schema.spec.external != 'none'}"],
      },
      node("read", "${string(other.spec.values == other.spec.values)}"),
    ],
  });
  await graph.served();
  await graph.create("victim", { values: { b: "c" } });
  const victim = { kind: chart.kind, name: "victim-chart" };
  await cluster.until(victim, () => true);

  /**
   * Applies an object of the kind Chart with the name of kro's field manager, and with or without kro's
   * label. Any user may send such a request.
   */
  const applyChart = (name: string, values: string, isLabeled: boolean) =>
    kubectl([
      ...["-n", cluster.namespace, "apply", "--server-side", "--force-conflicts"],
      ...[`--field-manager=${Manager.children}`, "-f", "-"],
    ], {
      stdin: `{"apiVersion":"${chart.apiVersion}","kind":"${kind}","metadata":{"name":"${name}",` +
        `"labels":${isLabeled ? '{"kro.run/owned":"true"}' : "{}"}},"spec":{"values":[${values}]}}`,
    });
  const bomb = `${cluster.namespace}/bomb`;
  await applyChart("bomb", "", true);
  await applyChart("bomb", DEEP, false);
  await eventually("the log line", () => tooDeep(kro, bomb).length > 0);
  for (const more of ["1", "2"]) await applyChart("bomb", `${DEEP},${more}`, false);
  await applyChart("victim-chart", DEEP, true);
  await cluster.until(victim, (o) => !Array.isArray((o.spec as { values: unknown }).values));
  await repaired(cluster, victim);

  // The reconciliation of an instance with a deeply nested value fails, and the instance's conditions state
  // the cause.
  const instance = (name: string, spec: string) =>
    kubectl(["-n", cluster.namespace, "create", "-f", "-"], {
      stdin: `{"apiVersion":"${graph.apiVersion}","kind":"Charted","metadata":{"name":"${name}"},` +
        `"spec":${spec}}`,
    });
  await instance("deep", `{"values":{"v":${DEEP}}}`);
  await instance("reader", `{"external":"bomb"}`);
  for (
    const [name, expected] of [
      ["deep", "status.copy is nested too deeply to be compared"],
      ["deep", 'node \\"copy\\": spec.values is nested too deeply to be compared'],
      ["reader", "value is nested too deeply"],
    ] as const
  ) {
    const path = `/graphs/${graph.rgd.name}/instances/${cluster.namespace}/${name}`;
    await eventually(`the status of ${name}`, async () => {
      return (await (await kro.get(path))?.text())?.includes(expected);
    });
    // kro's API shows a finding before kro writes the status. The status is read as a string, because the
    // instance is nested too deeply for some clients.
    await eventually(`the conditions of ${name}`, async () => {
      const text = await kubectl([
        ...["-n", cluster.namespace, "get", graph.instance(name).kind, name],
        ...["-o", "jsonpath={.status.conditions}"],
      ]);
      return text.includes(expected);
    });
  }

  await repaired(cluster, victim);
  assert.equal((await kro.get("/healthz"))?.status, 200);
  assert.equal(tooDeep(kro, bomb).length, 1, kro.log());
  assert.doesNotMatch(kro.log(), /internal error|Maximum call stack/);
  await graph.removeAll();
});
