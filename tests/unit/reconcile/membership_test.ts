/** Tests of the decision whether an object belongs to the ApplySet of an instance. */
import assert from "node:assert/strict";
import { type KubeObject, Label, type ManagedFieldsEntry } from "../../../src/api/mod.ts";
import { applyEntry, isMember } from "../../../src/reconcile/mod.ts";

const APPLY_SET = "applyset-demo-v1";
const PARENT = { applySetId: APPLY_SET, instanceUid: "uid-1" };
const labels = { [Label.applySetPartOf]: APPLY_SET };
const ours: ManagedFieldsEntry = { manager: "kro.run/applyset", operation: "Apply" };
const others: ManagedFieldsEntry = { manager: "endpointslice-controller", operation: "Update" };

function object(metadata: KubeObject["metadata"]): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

Deno.test("applyEntry returns only the Apply entry of kro's manager on the object itself", () => {
  const entryOf = (...managedFields: ManagedFieldsEntry[]) => applyEntry(object({ managedFields }));
  assert.equal(entryOf(others, ours), ours);
  assert.equal(entryOf({ ...ours, operation: "Update" }), undefined);
  assert.equal(entryOf({ ...ours, subresource: "status" }), undefined);
  assert.equal(entryOf(others), undefined);
  assert.equal(applyEntry(object({})), undefined);
});

const members: Record<string, { metadata: KubeObject["metadata"]; expected: boolean }> = {
  "labeled and applied by kro": { metadata: { labels, managedFields: [ours] }, expected: true },
  "labeled, without managed fields": { metadata: { labels }, expected: true },
  "labeled, with an empty list of managed fields": {
    metadata: { labels, managedFields: [] },
    expected: true,
  },
  "with labels that a controller copied": {
    metadata: { labels, managedFields: [others] },
    expected: false,
  },
  "labeled, with an Apply to its status only": {
    metadata: { labels, managedFields: [{ ...ours, subresource: "status" }] },
    expected: false,
  },
  "applied by kro without the label": { metadata: { managedFields: [ours] }, expected: false },
  "of another ApplySet": {
    metadata: { labels: { [Label.applySetPartOf]: "other" }, managedFields: [ours] },
    expected: false,
  },
};

for (const [what, { metadata, expected }] of Object.entries(members)) {
  Deno.test(`an object ${what} is ${expected ? "a" : "not a"} member`, () => {
    assert.equal(isMember(object(metadata), PARENT), expected);
  });
}
