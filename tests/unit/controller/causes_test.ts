/** Tests of the causes of problems and of the health of instances. */
import assert from "node:assert/strict";
import { causesOf } from "../../../src/controller/causes.ts";
import { healthOf } from "../../../src/controller/health.ts";
import type { Condition, KubeObject } from "../../../src/api/mod.ts";

Deno.test("instances with the same problem have one cause, and the most frequent cause is the first", () => {
  const causes = causesOf([
    { graph: "b", message: "no such kind" },
    { graph: "a", namespace: "x", name: "one", message: "Pod x/one-web: refused" },
    { graph: "a", namespace: "y", name: "two", message: "Pod y/two-web: refused" },
  ]);
  assert.deepEqual(causes.map(({ cause, count, graphs }) => [cause, count, graphs]), [
    ["Pod NAMESPACE/NAME-web: refused", 2, ["a"]],
    ["no such kind", 1, ["b"]],
  ]);
  assert.deepEqual(causes[1]!.affected, [{ graph: "b" }]);
});

Deno.test("a cause lists at most 100 instances and counts all", () => {
  const problems = Array.from({ length: 300 }, (_, i) => ({
    graph: "a",
    namespace: "x",
    name: `i${i}`,
    message: "refused",
  }));
  const [cause] = causesOf(problems);
  assert.equal(cause!.count, 300);
  assert.equal(cause!.affected.length, 100);
});

Deno.test("the health follows from deletion, suspension, state and the condition Ready", () => {
  const object = (metadata: object): KubeObject => ({
    apiVersion: "v1",
    kind: "App",
    metadata: { name: "a", ...metadata },
  });
  const ready = (status: Condition["status"]): Condition[] => [{ type: "Ready", status }];
  const suspended = { annotations: { "kro.run/reconcile": "suspended" } };
  const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  assert.equal(healthOf(object(deleted), "ACTIVE", []), "deleting");
  assert.equal(healthOf(object(suspended), "ERROR", []), "suspended");
  assert.equal(healthOf(object({}), "ERROR", []), "error");
  assert.equal(healthOf(object({}), "", []), "progressing");
  assert.equal(healthOf(object({}), "ACTIVE", ready("True")), "ready");
  assert.equal(healthOf(object({}), "ACTIVE", ready("False")), "degraded");
});
