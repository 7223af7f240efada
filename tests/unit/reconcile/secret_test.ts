/**
 * Tests of Secrets. kro applies the values of `stringData` as base64 in `data`, because the API server
 * returns Secrets in this form.
 */
import assert from "node:assert/strict";
import type { JsonObject, KubeObject } from "../../../src/api/mod.ts";
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

Deno.test("bytes of a Secret are written as base64 to data, binaryData and the status", async () => {
  const w = await world(`
schema:
  spec: {some: boolean | default=true}
  status: {key: "\${src.data.pw}", keys: "\${[src.data.pw]}"}
resources:
  - id: src
    externalRef: {apiVersion: v1, kind: Secret, metadata: {name: src}}
  - id: copy
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: copy}
      data:
        direct: "\${src.data.pw}"
        optional: "\${src.data[?'pw']}"
        untyped: "\${dyn(src.data.pw)}"
        computed: "\${bytes('a-' + schema.metadata.name)}"
  - id: map
    template:
      apiVersion: v1
      kind: Secret
      metadata: {name: map}
      data: "\${{'k': src.data.pw}}"
  - id: config
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: config}
      data: {k: "\${string(src.data.pw)}"}
      binaryData: "\${schema.spec.some ? {'k': src.data.pw} : {}}"`);
  const metadata = { name: "src", namespace: "default" };
  w.cluster.put(SECRET, secret({ metadata, data: { pw: "aGk=" } }));
  w.create();
  await w.pass();
  const at = (name: string) => w.peek({ kind: SECRET, namespace: "default", name });
  assert.deepEqual(at("copy")?.data, {
    direct: "aGk=",
    optional: "aGk=",
    untyped: "aGk=",
    computed: btoa("a-demo"),
  });
  assert.deepEqual(at("map")?.data, { k: "aGk=" });
  const config = w.configMap("config");
  assert.deepEqual([config?.data, config?.binaryData], [{ k: "hi" }, { k: "aGk=" }]);
  const { key, keys } = w.instance().status as JsonObject;
  assert.deepEqual([key, keys], ["aGk=", ["aGk="]]);
  await w.pass();
  assert.deepEqual(w.counts(), {});
});

Deno.test("an untyped value that turns out to be bytes fails in a field that takes strings", async () => {
  const w = await world(`
schema: {spec: {}}
resources:
  - id: map
    template:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: map}
      data: {k: "\${dyn(b'hi')}"}`);
  w.create();
  await w.pass();
  assert.match(
    JSON.stringify(w.instance().status),
    /bytes cannot be written here; convert them with/,
  );
});
