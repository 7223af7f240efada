/**
 * Tests with an inventory that an attacker has forged. It must cost only a limited number of list
 * requests, and must not cause kro to delete another user's object.
 */
import assert from "node:assert/strict";
import { Annotation, type JsonObject } from "../../../src/api/mod.ts";
import { applySetId, inventoryHash } from "../../../src/reconcile/mod.ts";
import { CONFIG_MAP, foreignMap, mapNode, world } from "../reconcile/fixtures.ts";

const KINDS = ["ConfigMap", "Secret", "Service", "ServiceAccount", "Pod", "Deployment.apps"];

async function forged(count: number) {
  const made = await world(`schema: {}\nresources:${mapNode("a", "x")}`);
  made.create();
  await made.converge();
  const foreign = foreignMap("theirs", { a: "b" }, { namespace: "n7" });
  made.cluster.put(CONFIG_MAP, foreign);
  const namespaces = Array.from({ length: count }, (_, i) => `n${i}`).join(",");
  const kinds = KINDS.join(",");
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

Deno.test("a list of all namespaces finds no member outside of the inventory", async () => {
  const made = await forged(100);
  made.cluster.calls.length = 0;
  await made.pass();
  assert.ok(made.configMap("theirs", "n7"));
});
