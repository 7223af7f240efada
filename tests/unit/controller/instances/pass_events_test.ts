/** Tests of the Kubernetes Events that a reconciliation of an instance creates. */
import assert from "node:assert/strict";
import type { Condition } from "../../../../src/api/mod.ts";
import { eventsOf, MESSAGE_LENGTH } from "../../../../src/controller/instances/pass_events.ts";
import type { ObjectOutcome, Outcome } from "../../../../src/reconcile/mod.ts";

const object = (name: string, action: ObjectOutcome["action"]): ObjectOutcome => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "ns",
  name,
  action,
});

const outcome = (objects: ObjectOutcome[], removed: ObjectOutcome[] = []): Outcome => ({
  state: "ACTIVE",
  conditions: [],
  nodes: [{ id: "a", state: "Ready", objects }],
  removed,
  next: { kind: "done" },
});

const condition = (type: string, status: Condition["status"], reason: string): Condition => ({
  type,
  status,
  reason,
});

Deno.test("a condition whose status changed emits an Event with upstream's message; others emit none", () => {
  const before = [condition("Ready", "False", "NotReady"), condition("Same", "True", "Old")];
  const after = [
    condition("Ready", "True", "Ready"),
    condition("Same", "True", "New"),
    condition("GraphResolved", "False", "ResolutionFailed"),
  ];
  assert.deepEqual(eventsOf(before, after, outcome([])), [
    { type: "Normal", reason: "Ready", message: "False -> True: Ready" },
    { type: "Warning", reason: "GraphResolved", message: "none -> False: ResolutionFailed" },
  ]);
});

Deno.test("one Event each lists the created, updated and pruned objects, and one has the failure", () => {
  const created = ["a", "b", "c", "d", "e", "f", "g"].map((name) => object(name, "created"));
  const result = outcome(
    [...created, object("x", "configured"), object("y", "unchanged"), object("z", "observed")],
    [object("old", "pruned"), object("going", "deleting")],
  );
  assert.deepEqual(eventsOf([], [], result, "quota"), [
    {
      type: "Normal",
      reason: "Created",
      message: "created ConfigMap ns/a, ConfigMap ns/b, ConfigMap ns/c, ConfigMap ns/d, " +
        "ConfigMap ns/e and 2 more",
    },
    { type: "Normal", reason: "Updated", message: "updated ConfigMap ns/x" },
    { type: "Normal", reason: "Pruned", message: "pruned ConfigMap ns/old" },
    { type: "Warning", reason: "Failed", message: "quota" },
  ]);
  assert.deepEqual(eventsOf([], [], outcome([object("y", "unchanged")])), []);
});

Deno.test("messages are cut to the maximum length that Kubernetes accepts", () => {
  const [event] = eventsOf([], [], outcome([]), "x".repeat(5000));
  assert.equal(event!.message.length, MESSAGE_LENGTH);
});

Deno.test("many conditions are read a bounded number of times", () => {
  let reads = 0;
  const counted = (type: string): Condition => ({
    get type() {
      reads++;
      return type;
    },
    status: "True",
    reason: "Ready",
  });
  const conditions = Array.from({ length: 1000 }, (_, i) => counted(`C${i}`));
  assert.deepEqual(eventsOf(conditions, conditions, outcome([])), []);
  assert.ok(reads <= 5 * conditions.length, `${reads} reads`);
});
