/**
 * Tests of untilSettled, with which a command reconciles one instance repeatedly until nothing is
 * left to do.
 */
import assert from "node:assert/strict";
import type { KubeObject, ObjectRef } from "../../../src/api/mod.ts";
import type { Report } from "../../../src/cli/report.ts";
import { untilSettled } from "../../../src/cli/until_settled.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { Outcome } from "../../../src/reconcile/mod.ts";

const REF: ObjectRef = {
  kind: { group: "example.com", version: "v1", kind: "Demo", plural: "demos", namespaced: true },
  namespace: "ns",
  name: "demo",
};

function demo(uid: string, deletionTimestamp?: string): KubeObject {
  const metadata = { namespace: "ns", name: "demo", uid, resourceVersion: "1", deletionTimestamp };
  return { apiVersion: "example.com/v1", kind: "Demo", metadata };
}

/**
 * Calls untilSettled, and returns the UID of the instance that each reconciliation received. Each read of the
 * instance returns the next of the given instances.
 */
async function seenBy(isDeletion: boolean, ...instances: KubeObject[]) {
  const seen: string[] = [];
  const report: Partial<Report> = { nodes() {}, removed() {}, progress() {} };
  const client: Partial<KubeClient> = { get: () => Promise.resolve(instances[0]) };
  const result = await untilSettled(REF, (instance) => {
    seen.push(instance.metadata.uid!);
    if (instances.length > 1) instances.shift();
    const isDeleting = instance.metadata.deletionTimestamp !== undefined;
    return Promise.resolve(
      {
        state: isDeleting ? "DELETING" : "ACTIVE",
        conditions: [],
        nodes: [],
        removed: [],
        instance,
        next: isDeleting ? { kind: "wait", reason: "waiting" } : { kind: "done" },
      } as unknown as Outcome,
    );
  }, { client: client as KubeClient, report: report as Report, deadline: Infinity, isDeletion });
  return { seen, state: result.state };
}

const OLD = demo("old", "2026-01-01T00:00:00Z");

Deno.test("a deletion ends when the instance was created again, and leaves the new instance alone", async () => {
  assert.deepEqual(await seenBy(true, OLD, demo("new")), { seen: ["old"], state: "deleted" });
});

Deno.test("reconciling goes on with an instance that was created again", async () => {
  assert.deepEqual(await seenBy(false, OLD, demo("new")), {
    seen: ["old", "new"],
    state: "ACTIVE",
  });
});
