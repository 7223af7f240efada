/** Records one pass of a reconciliation, for tests of `kro record` and `kro replay`. */
import assert from "node:assert/strict";
import type { KubeObject, ResourceGraphDefinition } from "../../src/api/mod.ts";
import type { RecordFile } from "../../src/cli/record/file.ts";
import { recordPass } from "../../src/cli/record/pass.ts";
import { compile, COST_LIMITS, kindsOf } from "../../src/graph/mod.ts";
import { kindsOfCrd, resolveKinds, snapshotSource } from "../../src/openapi/mod.ts";
import { MemoryCluster, reconcile } from "../../src/reconcile/mod.ts";

/** The value in the Secrets that the recorded pass reads or creates. */
export const PASSWORD = "hunter2-is-the-password";
const NOW = new Date("2026-01-01T00:00:00Z");
const NAME = "${schema.metadata.name}";

const RGD: ResourceGraphDefinition = {
  apiVersion: "kro.run/v1alpha1",
  kind: "ResourceGraphDefinition",
  metadata: { name: "shop", uid: "rgd-uid" },
  spec: {
    schema: {
      apiVersion: "v1alpha1",
      kind: "Shop",
      spec: { color: "string | default=red" },
      status: { url: "${app.data.url}", color: "${config.data.color}" },
    },
    resources: [
      {
        id: "config",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${NAME}-config` },
          data: { color: "${schema.spec.color}" },
        },
      },
      {
        id: "access",
        externalRef: { apiVersion: "v1", kind: "Secret", metadata: { name: "access" } },
      },
      {
        id: "app",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${NAME}-app` },
          data: { url: "http://me:${string(access.data.password)}@host" },
        },
      },
      {
        id: "fixed",
        template: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: `${NAME}-fixed` },
          stringData: { token: PASSWORD, color: "${schema.spec.color}" },
        },
      },
      {
        id: "late",
        template: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${NAME}-late` },
          data: { color: "${config.data.missing}" },
        },
      },
    ],
  },
};

const INSTANCE: KubeObject = {
  apiVersion: "kro.run/v1alpha1",
  kind: "Shop",
  metadata: { name: "corner", namespace: "default", uid: "shop-uid" },
  spec: { color: "red" },
};

/**
 * Records a pass over the instance `corner` in memory, after a first pass created its objects. The graph reads an
 * external Secret in the node `app`, and its node `late` waits for a missing key.
 */
export async function recorded(): Promise<RecordFile> {
  const table = await resolveKinds(snapshotSource(), kindsOf(RGD));
  const compiled = compile(RGD, table);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const { graph } = compiled;
  const cluster = new MemoryCluster({ kinds: [...table.values(), ...kindsOfCrd(graph.crd)] });
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "access", namespace: "default" },
  };
  cluster.put(table.get("Secret.v1.")!, { ...secret, data: { password: btoa(PASSWORD) } });
  const first = cluster.put(graph.instance, INSTANCE);
  const limits = { version: "devel", podId: "", maxCollectionSize: 1000 };
  await reconcile(graph, first, cluster, { now: () => NOW, ...limits });
  const ref = { kind: graph.instance, namespace: "default", name: "corner" };
  const instance = (await cluster.getLive(ref))!;
  return await recordPass({
    source: { graph, rgd: RGD, revision: 3 },
    ref,
    instance,
    cluster,
    kinds: table.values(),
    compile: {},
    costs: COST_LIMITS,
    isConfidential: false,
    now: NOW,
  });
}
