/** Tests of the field managers that the live object names: drift, suspension and finalizers. */
import assert from "node:assert/strict";
import type { KubeObject, ManagedFieldsEntry } from "../../../src/api/mod.ts";
import { notableOwners } from "../../../src/server/owners.ts";

const TEMPLATE = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: "${schema.spec.replicas}",
    template: { spec: { containers: [{ name: "app", image: "app:1" }] } },
  },
};

function entry(manager: string, fieldsV1: ManagedFieldsEntry["fieldsV1"]): ManagedFieldsEntry {
  return { manager, operation: "Update", fieldsV1 };
}

function deployment(managedFields: ManagedFieldsEntry[], metadata = {}): KubeObject {
  const containers = [{ name: "sidecar", image: "mesh:1" }, { name: "app", image: "app:2" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", managedFields, ...metadata },
    spec: { replicas: 5, paused: true, template: { spec: { containers } } },
  };
}

const container = (name: string) => ({
  "f:spec": {
    "f:template": {
      "f:spec": { "f:containers": { [`k:{"name":"${name}"}`]: { "f:image": {} } } },
    },
  },
});

/** Returns `path: manager` of each field that the function names. */
function named(object: KubeObject, template: typeof TEMPLATE | undefined = TEMPLATE): string[] {
  return notableOwners(object, template)
    .map(({ path, owners }) => `${path}: ${owners.map(({ manager }) => manager)}`);
}

Deno.test("a field of the template that only another manager owns is named", () => {
  const replicas = { "f:spec": { "f:replicas": {}, "f:paused": {} } };
  const scaled = [entry("scaler", replicas), entry("kro.run/applyset", container("app"))];
  assert.deepEqual(named(deployment(scaled)), ["spec.replicas: scaler"]);
  const both = [...scaled, entry("kro.run/applyset", replicas)];
  assert.deepEqual(named(deployment(both)), [], "kro owns the field too");
});

Deno.test("the elements of a list are matched by name", () => {
  const fields = [entry("mesh", container("sidecar")), entry("editor", container("app"))];
  assert.deepEqual(
    named(deployment(fields)),
    ["spec.template.spec.containers[1].image: editor"],
  );
});

Deno.test("the annotation that suspends an instance is named with its manager", () => {
  const annotations = { "kro.run/reconcile": "suspended" };
  const fieldsV1 = { "f:metadata": { "f:annotations": { "f:kro.run/reconcile": {} } } };
  const object = deployment([entry("kubectl-annotate", fieldsV1)], { annotations });
  assert.deepEqual(
    notableOwners(object).map(({ path }) => path),
    ['metadata.annotations["kro.run/reconcile"]'],
  );
});

Deno.test("finalizers are named only while the object is deleted", () => {
  const fieldsV1 = { "f:metadata": { "f:finalizers": { 'v:"x.dev/hold"': {} } } };
  const finalizers = ["x.dev/hold"];
  const fields = [entry("holder", fieldsV1)];
  assert.deepEqual(named(deployment(fields, { finalizers })), []);
  const deletionTimestamp = "2026-01-02T03:04:05Z";
  assert.deepEqual(
    named(deployment(fields, { finalizers, deletionTimestamp })),
    ["metadata.finalizers[0]: holder"],
  );
});
