/** Tests of the explanations of `kro why` for instances whose kind has no graph, or whose graph cannot be read. */
import assert from "node:assert/strict";
import { explanationText, noGraph, withoutGraph } from "../../../src/explain/mod.ts";
import { rgd } from "../graph/fixtures.ts";

const KIND = {
  group: "kro.run",
  version: "v1alpha1",
  kind: "Demo",
  plural: "demos",
  namespaced: true,
};
const INSTANCE = {
  apiVersion: "kro.run/v1alpha1",
  kind: "Demo",
  metadata: { name: "a", namespace: "here" },
  status: { state: "ACTIVE" },
};
const FORBIDDEN = "LIST resourcegraphdefinitions.kro.run: forbidden";

Deno.test("an instance whose graph cannot be read is not called unreconciled", () => {
  for (const graph of [undefined, rgd({}, [])]) {
    const missing = { problems: [FORBIDDEN], isUnreadable: true };
    assert.equal(
      explanationText(withoutGraph(INSTANCE, KIND, graph, missing)),
      `Demo here/a: ACTIVE; its nodes are unknown
  the graph of the kind cannot be read: ${FORBIDDEN}
next: use an account that may read it, or ask a controller with --server
`,
    );
  }
});

Deno.test("the conditions explain an instance whose graph cannot be read", () => {
  const conditions = [{
    type: "ResourcesReady",
    status: "False",
    reason: "NotReady",
    message: "waiting",
  }];
  const instance = { ...INSTANCE, status: { state: "IN_PROGRESS", conditions } } as never;
  const missing = { problems: [FORBIDDEN], isUnreadable: true };
  assert.match(
    explanationText(withoutGraph(instance, KIND, undefined, missing)),
    /^Demo here\/a: IN_PROGRESS; .*\n {2}the condition ResourcesReady=False, NotReady: waiting\n/,
  );
});

Deno.test("the next step for an instance without an RGD depends on whether it is being deleted", () => {
  assert.match(
    explanationText(withoutGraph(INSTANCE, KIND, undefined)),
    /^next: apply a ResourceGraphDefinition that defines the kind, or delete the Demo a$/m,
  );
  const metadata = {
    ...INSTANCE.metadata,
    deletionTimestamp: "2026-01-01T00:00:00Z",
    finalizers: ["kro.run/finalizer"],
  };
  assert.match(
    explanationText(withoutGraph({ ...INSTANCE, metadata }, KIND, undefined)),
    /^next: if no controller deletes it: kro delete demos\.kro\.run\/a -n here --force-local$/m,
  );
});

Deno.test("a node of an instance without a graph is refused with the cause", () => {
  const { message } = noGraph(
    "Demo.kro.run here/a",
    "web",
    withoutGraph(INSTANCE, KIND, undefined),
  );
  assert.equal(
    message,
    'cannot explain "web" of Demo.kro.run here/a: ' +
      "no ResourceGraphDefinition defines the kind Demo of kro.run/v1alpha1",
  );
});
