/**
 * Tests of templates that assign an absent optional to a field. If the schema of the field does not
 * allow null, the field is omitted. If the schema allows null, or without a schema, the field
 * becomes null.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import type { Node } from "../../../src/graph/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";
import { withoutAbsent } from "../../../src/reconcile/absent_optionals.ts";
import { DEPLOYMENT, world } from "./fixtures.ts";

const SCALED = `
schema:
  spec: {replicas: integer, port: string, label: string}
resources:
- id: web
  template:
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {fixed: "1", given: "\${schema.spec.?label}"}}
    spec:
      replicas: \${schema.spec.?replicas}
      paused: null
      selector: {matchLabels: {app: web}}
      strategy: {rollingUpdate: "\${{'maxSurge': schema.spec.?port, 'maxUnavailable': 1}}"}
      template:
        metadata: {labels: {app: web}}
        spec:
          nodeName: "\${schema.spec.?label.orValue('a')}"
          containers: [{name: c, image: i, args: "\${[schema.spec.?label, optional.of('x')]}"}]`;

Deno.test("an absent optional is left out of fields, maps and lists that do not allow null", async () => {
  const w = await world(SCALED);
  w.create();
  await w.converge();
  const web = () => w.peek({ kind: DEPLOYMENT, namespace: "default", name: "web" })!;
  const spec = () => web().spec as JsonObject & { template: { spec: JsonObject } };
  assert.equal(Object.hasOwn(spec(), "replicas"), false);
  assert.deepEqual(spec().strategy, { rollingUpdate: { maxUnavailable: 1 } });
  assert.deepEqual(spec().template.spec.containers, [{ name: "c", image: "i", args: ["x"] }]);
  assert.equal(Object.hasOwn(web().metadata.labels!, "given"), false);
  assert.equal(spec().paused, null, "a null that the template writes is applied");
  w.change({ replicas: 2, port: "1", label: "l" });
  await w.converge();
  assert.equal(spec().replicas, 2);
  assert.deepEqual(spec().strategy, { rollingUpdate: { maxSurge: "1", maxUnavailable: 1 } });
  assert.equal(web().metadata.labels!.given, "l");
});

const node = (schema: Schema) => ({ kind: { schema } }) as unknown as Node;

Deno.test("an absent optional stays null where the schema allows null, and without a schema", () => {
  const properties: Record<string, Schema> = {
    nullable: { type: "string", nullable: true },
    any: { "x-kubernetes-preserve-unknown-fields": true },
    text: { type: "string" },
    port: { "x-kubernetes-int-or-string": true },
    quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  };
  const names = [...Object.keys(properties), "unknown"];
  const value = Object.fromEntries(names.map((name) => [name, null]));
  const paths = names.map((name) => [name]);
  const schema = { type: "object", properties: { spec: { type: "object", properties } } };
  const left = withoutAbsent(node(schema), ["spec"], value, paths);
  assert.deepEqual(left, { nullable: null, any: null, unknown: null });
});
