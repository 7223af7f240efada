/** Tests of the cluster without caches: which list requests it sends to find the objects of an instance. */
import assert from "node:assert/strict";
import { type KubeObject, Label } from "../../../src/api/mod.ts";
import { LiveCluster } from "../../../src/clusters/live.ts";
import type { Discovery, KubeClient } from "../../../src/kube/mod.ts";
import type { SchemaSource } from "../../../src/openapi/mod.ts";
import { matchLabels } from "../../../src/reconcile/selector.ts";

const kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

function configMap(name: string, applySet: string, instance: string): KubeObject {
  const labels = { [Label.applySetPartOf]: applySet, [Label.instanceId]: instance };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, uid: name, labels } };
}

const OBJECTS = [
  configMap("both", "set", "uid"),
  configMap("part-of edited", "edited", "uid"),
  configMap("of an earlier instance", "set", "earlier"),
  configMap("stranger", "other", "other"),
];

function clusterOf(objects: readonly KubeObject[]): { cluster: LiveCluster; selectors: string[] } {
  const selectors: string[] = [];
  const client: Partial<KubeClient> = {
    list: (_kind, { labelSelector = "" } = {}) => {
      selectors.push(labelSelector);
      const items = objects.filter(({ metadata }) => matchLabels(labelSelector, metadata.labels));
      return Promise.resolve({ items, resourceVersion: "1" });
    },
  };
  const cluster = new LiveCluster(client as KubeClient, {} as Discovery, {} as SchemaSource);
  return { cluster, selectors };
}

async function namesOf(list: Promise<KubeObject[]>): Promise<string[]> {
  return (await list).map(({ metadata }) => metadata.name!).sort();
}

Deno.test("members are found once by the label part-of or by the UID of the instance", async () => {
  const { cluster } = clusterOf(OBJECTS);
  assert.deepEqual(await namesOf(cluster.listMembers({ kind }, "set", "uid", true)), [
    "both",
    "of an earlier instance",
    "part-of edited",
  ]);
});

Deno.test("unless the search is thorough, one list finds the members", async () => {
  const { cluster, selectors } = clusterOf(OBJECTS);
  const found = await namesOf(cluster.listMembers({ kind }, "set", "uid"));
  assert.deepEqual(found, ["both", "of an earlier instance"]);
  assert.equal(selectors.length, 1);
});
