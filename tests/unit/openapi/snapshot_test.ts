/** Tests of the snapshot of the built-in kinds' schemas, which kro uses without a cluster. */
import assert from "node:assert/strict";
import { gvkKey, parseGvk } from "../../../src/api/mod.ts";
import {
  acceptedKinds,
  type KindInfo,
  objectMetaSchema,
  type Schema,
  SNAPSHOT_VERSION,
  snapshotKinds,
  snapshotSource,
} from "../../../src/openapi/mod.ts";
import { schemaAt } from "./schema_at.ts";
import file from "../../../src/openapi/snapshot.json" with { type: "json" };

async function kind(apiVersion: string, name: string): Promise<KindInfo> {
  const found = await snapshotSource().resolve(parseGvk(apiVersion, name)!);
  assert.ok(found, `${apiVersion} ${name}`);
  return found;
}

Deno.test("the snapshot is of Kubernetes 1.36 and under 700 kB", () => {
  assert.match(SNAPSHOT_VERSION, /^v1\.36\./);
  assert.ok(JSON.stringify(file).length < 700_000);
});

Deno.test("built-in kinds have their plural and scope", async () => {
  const cases: [string, string, string, boolean][] = [
    ["v1", "ConfigMap", "configmaps", true],
    ["v1", "Secret", "secrets", true],
    ["v1", "Service", "services", true],
    ["v1", "ServiceAccount", "serviceaccounts", true],
    ["v1", "Namespace", "namespaces", false],
    ["v1", "Endpoints", "endpoints", true],
    ["apps/v1", "Deployment", "deployments", true],
    ["batch/v1", "Job", "jobs", true],
    ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true],
    ["networking.k8s.io/v1", "Ingress", "ingresses", true],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false],
    ["apiregistration.k8s.io/v1", "APIService", "apiservices", false],
  ];
  for (const [apiVersion, name, plural, namespaced] of cases) {
    const found = await kind(apiVersion, name);
    assert.deepEqual([found.plural, found.namespaced], [plural, namespaced], name);
  }
  const source = snapshotSource();
  assert.equal(
    await source.resolve({ group: "apps", version: "v9", kind: "Deployment" }),
    undefined,
  );
});

Deno.test("fields have the types that the API server publishes", async () => {
  const deployment = (await kind("apps/v1", "Deployment")).schema;
  const container = ["spec", "template", "spec", "containers", 0];
  const cases: [(string | number)[], Schema | undefined][] = [
    [["kind"], { type: "string" }],
    [["spec", "replicas"], { type: "integer", format: "int32" }],
    [[...container, "image"], { type: "string" }],
    [[...container, "imagee"], undefined],
    [[...container, "resources", "limits", "cpu"], {
      oneOf: [{ type: "string" }, { type: "number" }],
    }],
    [[...container, "ports", 0, "protocol"], {
      type: "string",
      default: "TCP",
      enum: ["SCTP", "TCP", "UDP"],
    }],
    [["spec", "selector", "matchExpressions", 0, "values"], {
      type: "array",
      items: { type: "string", default: "" },
      "x-kubernetes-list-type": "atomic",
    }],
    [["spec", "selector", "matchLabels", "any"], { type: "string", default: "" }],
    [["metadata"], { ...objectMetaSchema({ namespaced: true }), default: {} }],
  ];
  for (const [path, expected] of cases) {
    assert.deepEqual(schemaAt(deployment, path), expected, path.join("/"));
  }
  const service = (await kind("v1", "Service")).schema;
  const port = schemaAt(service, ["spec", "ports", 0, "targetPort"]);
  assert.equal(port?.format, "int-or-string");
  assert.deepEqual(acceptedKinds(port), ["integer", "string"]);
  const secret = (await kind("v1", "Secret")).schema;
  assert.equal(schemaAt(secret, ["data", "any"])?.format, "byte");
});

Deno.test("every kind's schema is an object without references", async () => {
  for (const known of snapshotKinds()) {
    const found = await snapshotSource().resolve(known);
    assert.equal(found?.schema.type, "object", gvkKey(known));
    assert.doesNotMatch(JSON.stringify(found.schema), /"\$ref":"#/, gvkKey(known));
  }
});

Deno.test("resolving a kind twice returns the same object", async () => {
  assert.equal(await kind("v1", "Pod"), await kind("v1", "Pod"));
});

Deno.test("metadata of cluster-scoped objects has no namespace", () => {
  const { namespace, ...rest } = objectMetaSchema({ namespaced: true }).properties!;
  assert.deepEqual(namespace, { type: "string" });
  assert.deepEqual(objectMetaSchema({ namespaced: false }).properties, rest);
});
