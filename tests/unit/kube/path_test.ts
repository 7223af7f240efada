// Tests of the URL paths of kinds, objects and subresources.
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { kindPath, resourceText, selectionQuery, withQuery } from "../../../src/kube/path.ts";
import { serving } from "./serving.ts";

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
  // The path of a cluster-scoped kind contains no namespace, even if a namespace is given.
  [kindPath(node, { namespace: "a", name: "n" }), "/api/v1/nodes/n"],
  // RBAC names contain colons, and names must not leave their path segment.
  [kindPath(node, { name: "system:x..y?z#a" }), "/api/v1/nodes/system%3Ax..y%3Fz%23a"],
  // A lone surrogate is replaced, because it has no encoding in UTF-8.
  [kindPath(node, { name: "a\ud800" }), "/api/v1/nodes/a%EF%BF%BD"],
];

for (const [actual, expected] of cases) {
  Deno.test(`path ${expected}`, () => assert.equal(actual, expected));
}

for (const segment of [".", "..", "a/b", "/", "../..", "%2e%2e", "a%2Fb"]) {
  Deno.test(`a path refuses the segment ${segment}`, () => {
    const refused = /invalid name or namespace .*may not be empty, "\." or "\.\."/;
    assert.throws(() => kindPath(pod, { namespace: segment, name: "a" }), refused);
    assert.throws(() => kindPath(pod, { namespace: "a", name: segment }), refused);
    assert.throws(() => kindPath(pod, { namespace: segment }), refused);
    assert.throws(() => kindPath({ ...deployment, group: segment }), refused);
    assert.throws(() => kindPath({ ...deployment, version: segment }), refused);
    assert.throws(() => kindPath({ ...deployment, plural: segment }), refused);
  });
}

Deno.test("every verb of the client rejects for a name that would leave its path, without a request", async () => {
  await serving(() => new Response("{}"), async ({ client, requests }) => {
    for (const name of ["..", ".", "a/b", "%2e%2e"]) {
      const object = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: name } };
      const options = { fieldManager: "kro" };
      const signal = AbortSignal.timeout(60_000);
      for (
        const ref of [{ kind: pod, name, namespace: "a" }, {
          kind: pod,
          name: "a",
          namespace: name,
        }]
      ) {
        const calls = [
          client.get(ref),
          client.apply(ref, object, options),
          client.mergePatch(ref, {}, options),
          client.replace(ref, object, options),
          client.delete(ref),
        ];
        for (const call of calls) await assert.rejects(call, { reason: "BadRequest" });
      }
      await assert.rejects(client.create(pod, object, options), { reason: "BadRequest" });
      await assert.rejects(client.list(pod, { namespace: name }), { reason: "BadRequest" });
      const watch = client.watch(pod, { namespace: name, resourceVersion: "1", signal });
      await assert.rejects(async () => {
        for await (const _ of watch);
      }, { reason: "BadRequest" });
    }
    assert.deepEqual(requests, []);
  });
});

Deno.test("a request for one object rejects for an empty name, without a request for the collection", async () => {
  await serving(() => new Response("{}"), async ({ client, requests }) => {
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "", namespace: "a" } };
    const ref = { kind: pod, name: "", namespace: "a" };
    const options = { fieldManager: "kro" };
    const calls = [
      client.get(ref),
      client.apply(ref, object, options),
      client.mergePatch(ref, {}, options),
      client.replace(ref, object, options),
      client.delete(ref),
    ];
    for (const call of calls) await assert.rejects(call, { reason: "BadRequest" });
    assert.deepEqual(requests, []);
  });
});

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
