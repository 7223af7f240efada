/**
 * Tests with an instance whose inventory annotations an attacker has forged. The inventory must cost only a
 * limited number of list requests, and must not cause kro to delete another user's object.
 */
import assert from "node:assert/strict";
import { Annotation, ApiError, type JsonObject, Label } from "../../../src/api/mod.ts";
import { applySetId, inventoryHash } from "../../../src/reconcile/mod.ts";
import { CONFIG_MAP, foreignMap, mapNode, world } from "../reconcile/fixtures.ts";

const KINDS = ["ConfigMap", "Secret", "Service", "ServiceAccount", "Pod", "Deployment.apps"];

async function forged(count: number, kinds = KINDS.join(",")) {
  const made = await world(`schema: {}\nresources:${mapNode("a", "x")}`);
  made.create();
  await made.converge();
  const foreign = foreignMap("theirs", { a: "b" }, { namespace: "n7" });
  made.cluster.put(CONFIG_MAP, foreign);
  const namespaces = Array.from({ length: count }, (_, i) => `n${i}`).join(",");
  const id = applySetId(made.kind, made.instance());
  made.cluster.edit(made.ref(), (draft) => {
    const metadata = draft.metadata as unknown as { annotations: JsonObject };
    metadata.annotations[Annotation.groupKinds] = kinds;
    metadata.annotations[Annotation.namespaces] = namespaces;
    metadata.annotations[Annotation.inventoryHash] = inventoryHash(id, kinds, namespaces);
  });
  return made;
}

const lists = (calls: readonly { verb: string }[]) =>
  calls.filter(({ verb }) => verb.startsWith("listMembers")).length;

Deno.test("8,000 forged namespaces cost as many lists as there are kinds", async () => {
  const made = await forged(8_000);
  await made.pass();
  assert.ok(lists(made.cluster.calls) <= 2 * KINDS.length, `${lists(made.cluster.calls)} lists`);
  assert.ok(made.configMap("demo-a"));
  assert.ok(made.configMap("theirs", "n7"));
});

Deno.test("the deletion of an instance with 8,000 forged namespaces costs few lists", async () => {
  const made = await forged(8_000);
  await made.cluster.delete(made.ref(), { uid: made.instance().metadata.uid! });
  await made.pass();
  assert.ok(lists(made.cluster.calls) <= 4 * KINDS.length, `${lists(made.cluster.calls)} lists`);
  assert.equal(made.configMap("demo-a"), undefined);
  assert.ok(made.configMap("theirs", "n7"));
});

/**
 * Creates a ConfigMap with the ApplySet label of the instance in this namespace. The graph has no node for
 * the object, so a reconciliation that finds the object prunes it.
 */
async function leftOver(made: Awaited<ReturnType<typeof forged>>, namespace: string) {
  const labels = { [Label.applySetPartOf]: applySetId(made.kind, made.instance()) };
  const object = foreignMap("left", { a: "b" }, { namespace, labels });
  await made.cluster.apply({ kind: CONFIG_MAP, namespace, name: "left" }, object, { force: true });
}

Deno.test("a list of all namespaces finds only members in the inventory's namespaces", async () => {
  const made = await forged(100);
  await leftOver(made, "n7");
  await leftOver(made, "elsewhere");
  await made.pass();
  assert.equal(made.configMap("left", "n7"), undefined);
  assert.ok(made.configMap("left", "elsewhere"));
  assert.ok(made.configMap("theirs", "n7"));
});

Deno.test("each namespace is listed when RBAC forbids a list of all namespaces", async () => {
  const made = await forged(100);
  await leftOver(made, "n7");
  const { cluster } = made;
  const list = cluster.listMembers.bind(cluster);
  const forbidden = new ApiError("list configmaps: forbidden", { reason: "Forbidden", code: 403 });
  cluster.listMembers = (scope, applySet) =>
    scope.namespace === undefined ? Promise.reject(forbidden) : list(scope, applySet);
  await made.pass();
  assert.equal(made.configMap("left", "n7"), undefined);
});

Deno.test("at most 16 lists of an instance are in flight", async () => {
  const made = await forged(30);
  const { cluster } = made;
  const list = cluster.listMembers.bind(cluster);
  let [inFlight, most] = [0, 0];
  cluster.listMembers = async (scope, applySet) => {
    most = Math.max(most, ++inFlight);
    await Promise.resolve();
    inFlight--;
    return await list(scope, applySet);
  };
  await made.pass();
  assert.equal(most, 16);
});

const BUILT_IN =
  "ConfigMap,Secret,Service,ServiceAccount,Pod,PersistentVolumeClaim,Endpoints,Event,LimitRange," +
  "ResourceQuota,ReplicationController,PodTemplate,Deployment.apps,StatefulSet.apps,DaemonSet.apps," +
  "ReplicaSet.apps,ControllerRevision.apps,Job.batch,CronJob.batch";

Deno.test("19 forged kinds and 31 forged namespaces cost as many lists as there are kinds", async () => {
  const made = await forged(31, BUILT_IN);
  await made.pass();
  assert.ok(lists(made.cluster.calls) <= 2 * 19, `${lists(made.cluster.calls)} lists`);
  assert.equal(made.instance().metadata.annotations?.[Annotation.groupKinds], "ConfigMap");
});

const MANY = Array.from({ length: 5_000 }, (_, i) => `Kind${i}.example.com`).join(",");

Deno.test("an instance with 5,000 forged kinds sends no list, and reports what to do", async () => {
  const made = await forged(1, MANY);
  const { conditions } = await made.pass();
  assert.equal(lists(made.cluster.calls), 0);
  const { message } = conditions.find(({ type }) => type === "InstanceManaged")!;
  assert.match(message!, /lists 5000 kinds, at most 512 are allowed; remove the kinds/);
  made.cluster.edit(made.ref(), (draft) => {
    const metadata = draft.metadata as unknown as { annotations: JsonObject };
    metadata.annotations[Annotation.groupKinds] = "ConfigMap";
  });
  assert.equal((await made.converge()).state, "ACTIVE");
});

Deno.test("the deletion of an instance with 5,000 forged kinds sends no list, and reports what to do", async () => {
  const made = await forged(1, MANY);
  await made.cluster.delete(made.ref(), { uid: made.instance().metadata.uid! });
  const { next } = await made.pass();
  assert.equal(lists(made.cluster.calls), 0);
  assert.match(JSON.stringify(next), /lists 5000 kinds, at most 512 are allowed/);
  assert.ok(made.configMap("demo-a"));
  assert.ok(made.instance());
});

Deno.test("8,000 forged namespaces are not listed one by one when RBAC forbids a list of all namespaces", async () => {
  const made = await forged(8_000);
  const { cluster } = made;
  let count = 0;
  const forbidden = new ApiError("list configmaps: forbidden", { reason: "Forbidden", code: 403 });
  cluster.listMembers = cluster.listMembersLive = () => {
    count++;
    return Promise.reject(forbidden);
  };
  const { conditions } = await made.pass();
  assert.match(JSON.stringify(conditions), /too many namespaces \(8001\) for a list of each/);
  assert.ok(count <= KINDS.length, `${count} lists`);
  await cluster.delete(made.ref(), { uid: made.instance().metadata.uid! });
  const { next } = await made.pass();
  assert.match(JSON.stringify(next), /too many namespaces/);
  assert.ok(count <= 2 * KINDS.length, `${count} lists`);
  assert.ok(made.configMap("demo-a") && made.configMap("theirs", "n7"));
});
