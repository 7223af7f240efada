// URL paths of kinds, objects and subresources.
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { kindPath, resourceText, selectionQuery, withQuery } from "../../../src/kube/path.ts";

const pod: KindRef = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const deployment: KindRef = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};
const node: KindRef = { ...pod, kind: "Node", plural: "nodes", namespaced: false };

const cases: [string, string][] = [
  [kindPath(pod), "/api/v1/pods"],
  [kindPath(pod, { namespace: "a" }), "/api/v1/namespaces/a/pods"],
  [kindPath(deployment, { namespace: "a", name: "b" }), "/apis/apps/v1/namespaces/a/deployments/b"],
  [
    kindPath(deployment, { namespace: "a", name: "b", subresource: "status" }),
    "/apis/apps/v1/namespaces/a/deployments/b/status",
  ],
  // The path of a cluster-scoped kind has no namespace.
  [kindPath(node, { namespace: "a", name: "n" }), "/api/v1/nodes/n"],
  // RBAC names contain colons, and names must not leave their path segment.
  [kindPath(node, { name: "system:x/../y?z" }), "/api/v1/nodes/system%3Ax%2F..%2Fy%3Fz"],
];

for (const [actual, expected] of cases) {
  Deno.test(`path ${expected}`, () => assert.equal(actual, expected));
}

Deno.test("resourceText has the form of RBAC: plural, group, subresource", () => {
  assert.equal(resourceText(pod), "pods");
  assert.equal(resourceText(deployment, "status"), "deployments.apps/status");
});

Deno.test("selectors are escaped, and an empty query adds no question mark", () => {
  const query = selectionQuery({ labelSelector: "a in (b,c)", fieldSelector: "metadata.name=x" });
  assert.equal(
    withQuery("/p", query),
    "/p?labelSelector=a+in+%28b%2Cc%29&fieldSelector=metadata.name%3Dx",
  );
  assert.equal(withQuery("/p", selectionQuery({ namespace: "n" })), "/p");
});
