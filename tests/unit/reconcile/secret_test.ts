/**
 * Tests of Secrets. The field stringData is applied as data, because the API server returns Secrets
 * in this form.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { encodeStringData } from "../../../src/reconcile/secret.ts";
import { SECRET, world } from "./fixtures.ts";

const secret = (fields: Record<string, unknown>): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s" },
  ...fields,
});

Deno.test("stringData becomes base64 data and overrides data of the same key", () => {
  assert.deepEqual(
    encodeStringData(secret({ data: { a: "eA==", b: "eQ==" }, stringData: { a: "ü€", c: "" } })),
    secret({ data: { a: "w7zigqw=", b: "eQ==", c: "" } }),
  );
});

Deno.test("other kinds and invalid stringData, which the API server refuses, stay unchanged", () => {
  const bad = secret({ stringData: { a: 1 } });
  assert.equal(encodeStringData(bad), bad);
  const foreign = { ...secret({ stringData: { a: "x" } }), apiVersion: "example.com/v1" };
  assert.equal(encodeStringData(foreign), foreign);
});

Deno.test("a template's stringData is applied as data, and the next pass writes nothing", async () => {
  const w = await world(`
schema: {spec: {text: string | default="ü"}}
resources:
  - id: secret
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: s}
      data: {a: MQ==}
      stringData: {b: "\${schema.spec.text}"}
  - id: many
    forEach: [{n: "\${['x']}"}]
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: "\${n}"}
      stringData: {c: "\${n}"}`);
  w.create();
  await w.pass();
  const at = (name: string) => w.peek({ kind: SECRET, namespace: "default", name });
  assert.deepEqual(at("s")?.data, { a: "MQ==", b: "w7w=" });
  assert.equal(at("s")?.stringData, undefined);
  assert.deepEqual(at("x")?.data, { c: "eA==" });
  await w.pass();
  assert.deepEqual(w.counts(), {});
});
