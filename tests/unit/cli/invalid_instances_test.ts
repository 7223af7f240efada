/** Tests of the messages about live instances that a changed schema does not accept. */
import assert from "node:assert/strict";
import { Label } from "../../../src/api/mod.ts";
import { invalidInstances } from "../../../src/cli/plan/invalid.ts";
import { compileYaml } from "../reconcile/fixtures.ts";

Deno.test("the problems of an instance that another instance computed quote no value", async () => {
  const { graph } = await compileYaml(`
schema: {spec: {password: 'string | enum="a,b"'}}
resources:
  - id: map
    template: {apiVersion: v1, kind: ConfigMap, metadata: {name: map}}`);
  const problems = (labels: Record<string, string>) => {
    const metadata = { name: "one", namespace: "default", labels };
    const { kind } = graph.instance;
    const spec = { password: "planted" };
    const instance = { apiVersion: "kro.run/v1alpha1", kind, metadata, spec };
    return invalidInstances(graph, [instance]).flatMap(({ problems }) => problems);
  };
  assert.deepEqual(problems({}), ['spec.password: "planted" is not one of "a", "b"']);
  assert.deepEqual(problems({ [Label.nodeId]: "child" }), [
    'spec.password: the value is not one of "a", "b"',
  ]);
});
