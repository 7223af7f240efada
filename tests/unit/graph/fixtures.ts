/**
 * Creates RGDs and their resources for the tests in this folder. All of them are valid unless a test
 * overrides a field.
 */
import assert from "node:assert/strict";
import type { JsonObject, Problem, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import {
  type Compilation,
  compile,
  type CompileOptions,
  type Graph,
  kindsOf,
} from "../../../src/graph/mod.ts";
import {
  firstOf,
  kindsOfCrd,
  resolveKinds,
  snapshotSource,
  tableSource,
} from "../../../src/openapi/mod.ts";

/** The CRD of a kind with untyped fields, which the built-in kinds do not have. */
const OPEN = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "opens.acme.io" },
  spec: {
    group: "acme.io",
    scope: "Namespaced",
    names: { kind: "Open", plural: "opens" },
    versions: [{
      name: "v1",
      served: true,
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            free: { type: "object", additionalProperties: true },
            kept: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          },
        },
      },
    }],
  },
};

const source = firstOf(snapshotSource(), tableSource(kindsOfCrd(OPEN)));

/** Returns an RGD with these schema fields and resources. */
export function rgd(schema: JsonObject, resources: unknown[]): ResourceGraphDefinition {
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "demo" },
    spec: { schema: { kind: "Demo", apiVersion: "v1alpha1", ...schema }, resources },
  } as ResourceGraphDefinition;
}

/** The spec fields to which the expressions of tests refer. */
export const SPEC: JsonObject = {
  name: "string",
  count: "integer",
  ratio: "float",
  flag: "boolean",
  names: "[]string",
  labels: "map[string]string",
  free: "object",
};

/**
 * Returns a ConfigMap resource. `more` is merged into its template, and `metadata` into the
 * template's metadata.
 */
export function configMap(id: string, more: JsonObject = {}, metadata: JsonObject = {}) {
  const name = id.toLowerCase().replace(/[^a-z0-9]/g, "-");
  return {
    id,
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${name}-\${schema.spec.name}`, ...metadata },
      ...more,
    },
  };
}

/** Returns a Deployment resource that is valid unless `spec` overrides its fields. */
export function deployment(
  id: string,
  spec: JsonObject = {},
): { id: string; template: JsonObject } {
  const labels = { app: "demo" };
  return {
    id,
    template: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "${schema.spec.name}" },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } },
        ...spec,
      },
    },
  };
}

/** Returns a resource of the kind Open, which has untyped fields. */
export function open(fields: JsonObject) {
  const template = { apiVersion: "acme.io/v1", kind: "Open", metadata: { name: "a" }, ...fields };
  return { id: "open", template };
}

/** Compiles an RGD, which may use the kinds of the built-in schema snapshot and the kind Open. */
export async function compiled(
  definition: unknown,
  options?: CompileOptions,
): Promise<Compilation> {
  const rgd = definition as ResourceGraphDefinition;
  return compile(rgd, await resolveKinds(source, kindsOf(rgd)), options);
}

/** Compiles an RGD and returns its graph. Fails the test if the RGD has problems. */
export async function graphOf(definition: unknown, options?: CompileOptions): Promise<Graph> {
  const result = await compiled(definition, options);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems, null, 1));
  return result.graph;
}

/** Compiles an RGD and returns its problems. Fails the test if the RGD has no problem. */
export async function problemsOf(
  definition: unknown,
  options?: CompileOptions,
): Promise<Problem[]> {
  const result = await compiled(definition, options);
  assert.ok(!result.ok, "the RGD compiles, but should have problems");
  return result.problems;
}
