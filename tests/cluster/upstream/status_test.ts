// Tests of the status fields that an RGD's author declares: from which objects kro computes their values, and
// when the status contains the fields.
import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import { configMap, type GraphSpec, type Live, scenario } from "../../support/cluster/mod.ts";

/** Returns the status fields that the RGD's author has declared, without kro's own fields. */
function fields({ status: { state: _state, conditions: _conditions, ...rest } }: Live): JsonObject {
  return rest;
}

scenario("status:57", "several expressions in one string yield one string", async (s) => {
  const graph = await s.graph({
    kind: "Interpolated",
    spec: { name: "string" },
    status: { ref: "${config.metadata.name}-in-${config.metadata.namespace}" },
    resources: [configMap("config", "${schema.spec.name}", { key: "value" })],
  });
  await graph.create("app", { name: "settings" });
  const app = await graph.active("app");
  assert.deepEqual(fields(app), { ref: `settings-in-${s.namespace}` });
});

scenario(
  "status:134",
  "a status field is present exactly while all its sources exist",
  async (s) => {
    const part = (id: string, value: string) =>
      configMap(id, id, { value }, { includeWhen: [`\${schema.spec.${id}}`] });
    const graph = await s.graph({
      kind: "Partial",
      spec: { a: "boolean", b: "boolean", c: "boolean" },
      status: {
        one: "${a.data.value}",
        two: "${a.data.value}-${b.data.value}",
        three: "${a.data.value}-${b.data.value}-${c.data.value}",
      },
      resources: [part("a", "x"), part("b", "y"), part("c", "z")],
    });
    const steps: [JsonObject, JsonObject][] = [
      [{ a: false, b: false, c: false }, {}],
      [{ a: true, b: false, c: false }, { one: "x" }],
      [{ a: true, b: true, c: false }, { one: "x", two: "x-y" }],
      [{ a: true, b: true, c: true }, { one: "x", two: "x-y", three: "x-y-z" }],
      [{ a: true, b: false, c: true }, { one: "x" }],
      [{ a: false, b: true, c: true }, {}],
    ];
    await graph.create("app", steps[0]![0]);
    for (const [spec, status] of steps) {
      await s.cluster.patch(graph.instance("app"), { spec });
      assert.deepEqual(fields(await graph.active("app")), status, JSON.stringify(spec));
    }
  },
);

/** Returns an RGD whose status contains the name and price from the instance's spec. */
const echo = (kind: string, more: JsonObject = {}): GraphSpec => ({
  kind,
  spec: { name: "string", price: "integer" },
  status: { name: "${schema.spec.name}", ...more },
  resources: [
    configMap("config", "${schema.spec.name}", { price: "${string(schema.spec.price)}" }),
  ],
});

scenario("status_schema_ref:49", "status fields may read only the instance", async (s) => {
  const graph = await s.graph(echo("Echo", { twice: "${schema.spec.price * 2}" }));
  await graph.create("app", { name: "a", price: 21 });
  assert.deepEqual(fields(await graph.active("app")), { name: "a", twice: 42 });
});

scenario(
  "status_schema_ref:114",
  "a status field reads both the instance and an object",
  async (s) => {
    const more = {
      price: "${config.data.price}",
      both: "${schema.spec.name + ' costs ' + config.data.price}",
    };
    const graph = await s.graph(echo("Mixed", more));
    await graph.create("app", { name: "a", price: 5 });
    const app = await graph.active("app");
    assert.deepEqual(fields(app), { name: "a", price: "5", both: "a costs 5" });
  },
);

scenario(
  "status_schema_ref:182",
  "status fields that read the instance follow its edits",
  async (s) => {
    const graph = await s.graph(echo("Edited", { price: "${schema.spec.price}" }));
    await graph.create("app", { name: "a", price: 5 });
    assert.deepEqual(fields(await graph.active("app")), { name: "a", price: 5 });
    await s.cluster.patch(graph.instance("app"), { spec: { name: "b", price: 6 } });
    assert.deepEqual(fields(await graph.active("app")), { name: "b", price: 6 });
  },
);

/** Returns an RGD with two ConfigMaps, and a status with a list of their names. */
const listed = (kind: string, status: (names: Json) => JsonObject): GraphSpec => ({
  kind,
  status: status(["${a.metadata.name}", "${b.metadata.name}"]),
  resources: [
    configMap("a", "${schema.metadata.name}-a"),
    configMap("b", "${schema.metadata.name}-b"),
  ],
});

scenario(
  "status_array_projection:60",
  "a list of expressions yields a list in the status",
  async (s) => {
    const graph = await s.graph(listed("List", (names) => ({ names })));
    await graph.create("app");
    assert.deepEqual(fields(await graph.active("app")), { names: ["app-a", "app-b"] });
  },
);

scenario(
  "status_array_projection:116",
  "a list of expressions below an object yields a list",
  async (s) => {
    const graph = await s.graph(
      listed("Nested", (names) => ({ made: { names, count: "${schema.metadata.name.size()}" } })),
    );
    await graph.create("app");
    const made = { names: ["app-a", "app-b"], count: 3 };
    assert.deepEqual(fields(await graph.active("app")), { made });
  },
);

scenario(
  "kubernetes_time:34",
  "a Kubernetes timestamp has the same string form in the status",
  async (s) => {
    const template = { apiVersion: "v1", kind: "Secret", metadata: { name: "made" } };
    const graph = await s.graph({
      kind: "Clock",
      status: { made: "${secret.metadata.creationTimestamp}" },
      resources: [{ id: "secret", template }],
    });
    await graph.create("app");
    const { metadata } = await s.cluster.until({ kind: "Secret", name: "made" });
    assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(fields(await graph.active("app")), { made: metadata.creationTimestamp });
  },
);

scenario("schema_aware_cel:34", "expressions read a Secret's data as bytes", async (s) => {
  const head = { apiVersion: "v1", kind: "Secret", metadata: { name: "credentials" } };
  const graph = await s.graph({
    kind: "Decoded",
    spec: { user: "string" },
    status: { user: "${string(secret.data.user)}" },
    resources: [{
      id: "secret",
      template: { ...head, stringData: { user: "${schema.spec.user}" } },
    }],
  });
  await graph.create("app", { user: "grüße" });
  assert.deepEqual(fields(await graph.active("app")), { user: "grüße" });
});
