// Upstream's end-to-end tests of an instance's schema: the generated CRD, and the instances that
// the API server rejects.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { condition, configMap, scenario, specSchema } from "../../support/cluster/mod.ts";

scenario("e2e:check-arbitary-objects", "an object field holds anything", async (s) => {
  const graph = await s.graph({
    kind: "Arbitrary",
    spec: { values: "object | required=true" },
    resources: [],
  });
  assert.deepEqual(specSchema(await s.cluster.get(graph.crd)), {
    type: "object",
    required: ["values"],
    properties: { values: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  });
  const values = {
    "bool-value": true,
    "numeric-value": 42,
    "structural-type": { "with-additional": { nested: "fields" } },
    "string-value": "my-string",
    "mapping-value": ["item1", "item2", "item3"],
  };
  await graph.create("app", { values });
  const app = await graph.active("app");
  assert.deepEqual(app.spec, { values });
  assert.deepEqual(app.metadata.finalizers, ["kro.run/finalizer"]);
  assert.equal(app.metadata.labels["kro.run/owned"], "true");
  const said: [type: string, reason: string, message: string][] = [
    ["InstanceManaged", "Managed", "instance is properly managed with finalizers and labels"],
    ["GraphResolved", "Resolved", "runtime graph created and all resources resolved"],
    ["ResourcesReady", "AllResourcesReady", "all resources are created and ready"],
    ["Ready", "Ready", ""],
  ];
  for (const [type, reason, message] of said) {
    const { lastTransitionTime: _, ...rest } = condition(app, type);
    assert.deepEqual(rest, { type, status: "True", reason, message, observedGeneration: 1 });
  }
});

scenario(
  "e2e:check-validation-markers",
  "the API server rejects values that a marker forbids",
  async (s) => {
    const graph = await s.graph({
      kind: "Validated",
      spec: {
        email: String
          .raw`string | pattern="^[a-z]+@[a-z.]+\.[a-z]{2,}$" description="Valid address"`,
        username: 'string | minLength=3 maxLength=15 pattern="^[a-zA-Z0-9_]+$"',
        tags: '[]string | uniqueItems=true minItems=1 maxItems=3 description="1-3 unique tags"',
        priorities: "[]integer | minItems=0 maxItems=3",
        description: 'string | default="Test application" maxLength=100',
        replicas: "integer | default=1 minimum=1 maximum=10",
      },
      resources: [
        configMap("config", "${schema.metadata.name}-config", {
          all: "${schema.spec.email} ${schema.spec.tags.join(',')} ${string(schema.spec.replicas)}",
        }),
      ],
    });
    const string = { type: "string" };
    assert.deepEqual((specSchema(await s.cluster.get(graph.crd))).properties, {
      description: { ...string, default: "Test application", maxLength: 100 },
      email: {
        ...string,
        description: "Valid address",
        pattern: String.raw`^[a-z]+@[a-z.]+\.[a-z]{2,}$`,
      },
      replicas: { type: "integer", default: 1, minimum: 1, maximum: 10 },
      tags: {
        type: "array",
        description: "1-3 unique tags",
        items: string,
        minItems: 1,
        maxItems: 3,
        "x-kubernetes-list-type": "set",
      },
      priorities: { type: "array", items: { type: "integer" }, minItems: 0, maxItems: 3 },
      username: { ...string, minLength: 3, maxLength: 15, pattern: "^[a-zA-Z0-9_]+$" },
    });
    const valid: JsonObject = {
      email: "user@example.com",
      username: "testuser123",
      tags: ["production", "frontend", "webapp"],
      priorities: [1, 3],
      description: "A test application",
      replicas: 3,
    };
    await graph.create("app", valid);
    await graph.active("app");
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-config" });
    assert.deepEqual(data, { all: "user@example.com production,frontend,webapp 3" });

    const four = ["a", "b", "c", "d"];
    const invalid: [name: string, change: JsonObject, fields: string[]][] = [
      ["too few tags", { tags: [] }, ["spec.tags"]],
      ["too many tags", { tags: four }, ["spec.tags"]],
      ["too many priorities", { priorities: [1, 2, 3, 4] }, ["spec.priorities"]],
      ["both", { tags: four, priorities: [1, 2, 3, 4] }, ["spec.tags", "spec.priorities"]],
      ["a duplicate tag", { tags: ["a", "a"] }, ["spec.tags"]],
      ["an invalid address", { email: "nobody" }, ["spec.email"]],
      ["a short name", { username: "ab" }, ["spec.username"]],
      ["a long name", { username: "a".repeat(16) }, ["spec.username"]],
      ["too many replicas", { replicas: 11 }, ["spec.replicas"]],
    ];
    for (const [name, change, fields] of invalid) {
      // Each instance has its own name, so that the test notices an instance that the API server
      // accepts by mistake.
      const id = `bad-${fields.length}-${name.replaceAll(" ", "-")}`;
      await assert.rejects(graph.create(id, { ...valid, ...change }), (error: Error) => {
        for (const field of fields) assert.ok(error.message.includes(field), error.message);
        return true;
      }, name);
      assert.equal(await s.cluster.find(graph.instance(id)), undefined, name);
    }
  },
);

scenario(
  "e2e:check-required-default-interactions",
  "required fields and defaults apply through custom types",
  async (s) => {
    const graph = await s.graph({
      kind: "Complex",
      schema: {
        types: {
          RequiredString: "string | required=true",
          Port: "integer | default=8080 minimum=1 maximum=65535",
          DatabaseConfig: {
            host: "string | required=true",
            port: "Port",
            username: "string | required=true",
            database: 'string | default="postgres"',
          },
          RetryConfig: {
            maxRetries: "integer | default=3 minimum=0 maximum=10",
            backoffMs: "integer | default=1000",
            exponential: "boolean | default=true",
          },
          ServiceEndpoint: {
            name: "RequiredString",
            url: 'string | required=true pattern="^https?://"',
            timeout: "integer | default=30 minimum=1 maximum=300",
          },
        },
      },
      spec: {
        appName: "RequiredString",
        environment: 'string | default="development" enum="development,staging,production"',
        database: "DatabaseConfig",
        retry: "RetryConfig",
        endpoints: "[]ServiceEndpoint | minItems=1",
        annotations: "map[string]string",
        clusterId: "string | immutable=true",
        replicas:
          'integer | default=1 minimum=0 maximum=100 validation="self <= 10 || self % 2 == 0"',
        resources: { cpu: 'string | default="100m" pattern="^[0-9]+m?$"' },
      },
      resources: [
        configMap("config", "${schema.metadata.name}-config", {
          database: "${schema.spec.database.host}:${string(schema.spec.database.port)}",
          environment: "${schema.spec.environment}",
        }),
      ],
    });
    const string = { type: "string" };
    const port = { type: "integer", default: 8080, minimum: 1, maximum: 65535 };
    const rule = (rule: string, message: string) => ({
      "x-kubernetes-validations": [{ rule, message }],
    });
    assert.deepEqual(specSchema(await s.cluster.get(graph.crd)), {
      type: "object",
      required: ["appName"],
      properties: {
        appName: string,
        environment: {
          ...string,
          default: "development",
          enum: ["development", "staging", "production"],
        },
        database: {
          type: "object",
          required: ["host", "username"],
          properties: {
            host: string,
            port,
            username: string,
            database: { ...string, default: "postgres" },
          },
        },
        retry: {
          type: "object",
          default: {},
          properties: {
            maxRetries: { type: "integer", default: 3, minimum: 0, maximum: 10 },
            backoffMs: { type: "integer", default: 1000 },
            exponential: { type: "boolean", default: true },
          },
        },
        endpoints: {
          type: "array",
          minItems: 1,
          items: {
            type: "object",
            required: ["name", "url"],
            properties: {
              name: string,
              url: { ...string, pattern: "^https?://" },
              timeout: { type: "integer", default: 30, minimum: 1, maximum: 300 },
            },
          },
        },
        annotations: { type: "object", additionalProperties: string },
        clusterId: { ...string, ...rule("self == oldSelf", "field is immutable") },
        replicas: {
          type: "integer",
          default: 1,
          minimum: 0,
          maximum: 100,
          ...rule("self <= 10 || self % 2 == 0", "must satisfy self <= 10 || self % 2 == 0"),
        },
        resources: {
          type: "object",
          default: {},
          properties: { cpu: { ...string, default: "100m", pattern: "^[0-9]+m?$" } },
        },
      },
    });
    await graph.create("app", {
      appName: "my-application",
      database: { host: "db.example.com", username: "admin" },
      endpoints: [{ name: "api", url: "https://api.example.com" }],
      annotations: { app: "test" },
      clusterId: "cluster-123",
    });
    const app = await graph.active("app");
    assert.deepEqual(app.spec, {
      appName: "my-application",
      environment: "development",
      replicas: 1,
      database: { host: "db.example.com", port: 8080, username: "admin", database: "postgres" },
      retry: { maxRetries: 3, backoffMs: 1000, exponential: true },
      endpoints: [{ name: "api", url: "https://api.example.com", timeout: 30 }],
      annotations: { app: "test" },
      clusterId: "cluster-123",
      resources: { cpu: "100m" },
    });
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-config" });
    assert.deepEqual(data, { database: "db.example.com:8080", environment: "development" });
  },
);
