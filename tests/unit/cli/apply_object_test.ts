/**
 * Tests that `kro apply` takes over the ownership of fields that an earlier client-side apply has
 * set.
 */
import assert from "node:assert/strict";
import type { JsonObject, ManagedFieldsEntry } from "../../../src/api/mod.ts";
import { takenOver } from "../../../src/cli/apply_object.ts";

const LAST_APPLIED = {
  "f:metadata": {
    "f:annotations": { ".": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {} },
  },
};

function entry(manager: string, spec: JsonObject, more: Partial<ManagedFieldsEntry> = {}) {
  const fieldsV1 = { "f:spec": spec };
  return { manager, operation: "Update" as const, apiVersion: "v1", fieldsV1, ...more };
}

const byKubectl = (spec: JsonObject, more: Partial<ManagedFieldsEntry> = {}) =>
  entry("kubectl-client-side-apply", spec, {
    fieldsV1: { "f:spec": spec, ...LAST_APPLIED },
    ...more,
  });

Deno.test("the fields of client-side apply become fields that kro-cli applied", () => {
  const others = [
    entry("kubectl-edit", { "f:other": {} }),
    entry("kro", { "f:x": {} }, { subresource: "status" }),
  ];
  const fieldsV1 = { "f:spec": { "f:a": {} }, ...LAST_APPLIED };
  assert.deepEqual(takenOver([others[0]!, byKubectl({ "f:a": {} }), others[1]!], "kro-cli"), [
    { manager: "kro-cli", operation: "Apply", apiVersion: "v1", fieldsV1 },
    ...others,
  ]);
});

Deno.test("fields of client-side apply are added to those that kro-cli applied before", () => {
  const own = entry("kro-cli", { "f:a": { "f:x": {} } }, { operation: "Apply" });
  assert.deepEqual(takenOver([byKubectl({ "f:a": { ".": {}, "f:y": {} } }), own], "kro-cli"), [
    {
      ...own,
      fieldsV1: { "f:spec": { "f:a": { ".": {}, "f:x": {}, "f:y": {} } }, ...LAST_APPLIED },
    },
  ]);
});

Deno.test("every manager that owns the last-applied annotation used client-side apply", () => {
  const own = entry("kro-cli", {}, { operation: "Apply" });
  const created = byKubectl({ "f:b": {} }, { manager: "kubectl-create" });
  assert.deepEqual(takenOver([own, byKubectl({ "f:a": {} }), created], "kro-cli"), [
    { ...own, fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} }, ...LAST_APPLIED } },
  ]);
});

Deno.test("the status that a client-side applier updated stays its own", () => {
  const status = entry("kubectl-client-side-apply", {}, { subresource: "status" });
  assert.deepEqual(takenOver([byKubectl({}), status], "kro-cli")?.slice(1), [status]);
});

Deno.test("fields of another API version than that of kro-cli's entry are given up", () => {
  const own = entry("kro-cli", { "f:a": {} }, { operation: "Apply" });
  const older = byKubectl({ "f:b": {} }, { apiVersion: "v1beta1" });
  assert.deepEqual(takenOver([older, own], "kro-cli"), [own]);
});

Deno.test("without client-side apply the managed fields stay as they are", () => {
  const cases: ManagedFieldsEntry[][] = [
    [],
    [entry("kubectl-create", { "f:a": {} })],
    [byKubectl({ "f:a": {} }, { operation: "Apply" })],
    [byKubectl({ "f:a": {} }, { subresource: "status" })],
    [{ manager: "kubectl-client-side-apply", operation: "Update" }],
  ];
  for (const entries of cases) assert.equal(takenOver(entries, "kro-cli"), undefined);
});
