/**
 * Tests of template fields that contain another object's resourceVersion. kro updates these fields only after
 * kro itself has written the other object. Otherwise, each write by another client would cause a write by
 * kro.
 */
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { CONFIG_MAP, configMap, foreignMap, mapNode, world } from "./fixtures.ts";

const READS_OWN = `
schema: {spec: {value: string | default="x", other: string | default="y"}}
resources:${mapNode("a", "${schema.spec.value}")}
${mapNode("b", "${a.metadata.resourceVersion}")}`;

/**
 * Returns an RGD that creates the ConfigMap `makes`, and reads the ConfigMap `reads`, which another
 * RGD creates.
 */
const crossReferencing = (kind: string, makes: string, reads: string) => `
schema: {kind: ${kind}}
resources:
  - id: theirs
    externalRef: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${reads}}}
  - id: ours
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: ${makes}}
      data: {seen: "\${theirs.metadata.resourceVersion}"}`;

Deno.test("two graphs that read each other's resourceVersions converge", async () => {
  const one = await world(crossReferencing("One", "one", "two"));
  const two = await world(crossReferencing("Two", "two", "one"), {
    makeCluster: () => one.cluster,
  });
  one.cluster.put(CONFIG_MAP, foreignMap("two", { seen: "" }));
  one.create({}, "demo");
  two.create({}, "demo");
  let writes = 0;
  for (let round = 0; round < 6; round++) {
    for (const w of [one, two]) {
      await w.pass();
      if (round >= 3) writes += w.cluster.writes.length;
    }
  }
  assert.equal(writes, 0);
});

Deno.test("another writer's change of a referenced resourceVersion causes no write", async () => {
  const w = await world(READS_OWN);
  w.create();
  await w.converge();
  const { value } = w.configMap("demo-b")!.data as Record<string, string>;
  w.cluster.edit(configMap("demo-a"), (d) => d.metadata.annotations!.note = "theirs");
  await w.pass();
  assert.deepEqual(w.counts(), {});
  assert.deepEqual(w.configMap("demo-b")!.data, { value });
});

Deno.test("kro's own change of a referenced resourceVersion is followed, even after a refused write", async () => {
  const w = await world(READS_OWN);
  w.create();
  await w.converge();
  const { apply } = w.cluster;
  let refused = true;
  w.cluster.apply = function (ref, ...rest) {
    if (!refused || ref.name !== "demo-b") return apply.call(this, ref, ...rest);
    return Promise.reject(new ApiError("quota", { reason: "Forbidden" }));
  };
  w.change({ value: "new" });
  assert.equal((await w.pass()).state, "ERROR");
  refused = false;
  await w.pass();
  assert.deepEqual(w.counts(), { apply: 1, writeStatus: 1 });
  const { resourceVersion } = w.configMap("demo-a")!.metadata;
  assert.deepEqual(w.configMap("demo-b")!.data, { value: resourceVersion });
});
