/** Tests of the functions that format the names of kinds and objects as Kubernetes does. */
import assert from "node:assert/strict";
import {
  apiVersionOf,
  groupKind,
  gvkKey,
  parseGvk,
  problemText,
  refText,
} from "../../../src/api/mod.ts";

Deno.test("parseGvk and apiVersionOf convert apiVersion and kind as Kubernetes does", () => {
  const cases: [string, string, ReturnType<typeof parseGvk>][] = [
    ["v1", "Pod", { group: "", version: "v1", kind: "Pod" }],
    ["apps/v1", "Deployment", { group: "apps", version: "v1", kind: "Deployment" }],
    ["a/b/c", "X", undefined],
    ["/v1", "X", undefined],
    ["apps/", "X", undefined],
    ["", "X", undefined],
    ["v1", "", undefined],
  ];
  for (const [apiVersion, kind, want] of cases) {
    const got = parseGvk(apiVersion, kind);
    assert.deepEqual(got, want, apiVersion);
    if (got) assert.equal(apiVersionOf(got), apiVersion);
  }
});

Deno.test("gvkKey differs by version, and groupKind and refText have the form Kind.group", () => {
  const pod = { group: "", version: "v1", kind: "Pod" };
  const deployment = { group: "apps", version: "v1", kind: "Deployment" };
  assert.notEqual(gvkKey(pod), gvkKey({ ...pod, version: "v2" }));
  assert.deepEqual([groupKind(pod), groupKind(deployment)], ["Pod", "Deployment.apps"]);
  const kind = { ...deployment, plural: "deployments", namespaced: true };
  assert.equal(refText({ kind, namespace: "kro", name: "web" }), "Deployment.apps kro/web");
});

Deno.test("problemText has the node, path, expression, message, offset, hint and code", () => {
  const text = problemText({
    code: "TYPE",
    node: "web",
    path: "template.spec.replicas",
    expression: "${schema.spec.name}",
    offset: 2,
    message: "expected int, found string",
    hint: "use int(…)",
  });
  assert.equal(
    text,
    'node "web": template.spec.replicas: ${schema.spec.name}: expected int, found string' +
      " (at offset 2); use int(…) [TYPE]",
  );
  assert.equal(problemText({ code: "SCHEMA", message: "no kind" }), "no kind [SCHEMA]");
});
