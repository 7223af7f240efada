// Events about instances, behind the feature gate InstanceConditionEvents.
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { InstanceEvents } from "../../../src/controller/instances/event_recorder.ts";
import { counted } from "../../support/cluster/cached_cluster.ts";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  quiet,
  startController,
  until,
} from "../../support/cluster/controller.ts";
import { eventually, testNamespace } from "../../support/controlplane/shared.ts";

interface Event {
  type: string;
  reason: string;
  message: string;
  count: number;
  source: { component: string };
  involvedObject: { kind: string; uid: string };
}

async function eventsOf(namespace: string, kind: string): Promise<Event[]> {
  const text = await kubectl(["get", "events", "-n", namespace, "-o", "json"]);
  return (JSON.parse(text).items as Event[]).filter((e) => e.involvedObject.kind === kind);
}

for (const conditionEvents of [true, undefined]) {
  Deno.test(`an instance has ${conditionEvents ? "Events when the gate is on" : "no Events otherwise"}`, async () => {
    await using namespace = await testNamespace("events");
    const ns = namespace.name;
    const name = `events${crypto.randomUUID().slice(0, 6)}`;
    const kind = `talkers.${groupOf(name)}`;
    await using _running = await startController({ conditionEvents });
    const instance = (value: string) =>
      apply({
        apiVersion: `${groupOf(name)}/v1alpha1`,
        kind: "Talker",
        metadata: { name: "one" },
        spec: { value },
      }, ns);
    const settled = (generation: number, state: string) =>
      until(
        kind,
        "one",
        ns,
        (o) =>
          o.status?.state === state && o.metadata.generation === generation &&
          // deno-lint-ignore no-explicit-any -- as objects are read in tests
          o.status.conditions.every((c: any) => c.observedGeneration === generation),
      );
    try {
      await apply(graph(name, {
        kind: "Talker",
        spec: { value: "string" },
        resources: [{
          id: "config",
          template: {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "${schema.spec.value}" },
          },
        }],
      }));
      await until("rgd", name, undefined, (o) => o.status?.state === "Active");
      await instance("a");
      await settled(1, "ACTIVE");
      await instance("No_Name");
      await settled(2, "ERROR");
      if (!conditionEvents) {
        await quiet(1000);
        assert.deepEqual(await eventsOf(ns, "Talker"), []);
        return;
      }
      const told = await eventually("the failure", async () => {
        const found = await eventsOf(ns, "Talker");
        return found.some((e) => e.reason === "Failed") &&
          found.some((e) => e.message === "True -> False: NotReady") && found;
      });
      const words = told.map((e) => `${e.type} ${e.reason}: ${e.message}`);
      assert.ok(words.includes(`Normal Created: created ConfigMap ${ns}/a`), words.join("\n"));
      assert.ok(words.includes("Normal Ready: none -> True: Ready"), words.join("\n"));
      assert.ok(words.includes("Warning ResourcesReady: True -> False: NotReady"));
      const [failed] = told.filter((e) => e.reason === "Failed");
      assert.match(failed!.message, /ConfigMap .*No_Name.* is invalid: metadata\.name/);
      assert.equal(failed!.source.component, `kro/${kind}-controller`);
    } finally {
      await cleanUp(name, "talkers");
    }
  });
}

Deno.test("the same words count up one Event, and an instance has no more than 25 at once", async () => {
  await using namespace = await testNamespace("events");
  await using s = await counted();
  const events = new InstanceEvents(s.client);
  const kind: KindRef = {
    group: "example.com",
    version: "v1",
    kind: "Some",
    plural: "somes",
    namespaced: true,
  };
  const instance = {
    apiVersion: "example.com/v1",
    kind: "Some",
    metadata: { name: "one", namespace: namespace.name, uid: crypto.randomUUID() },
  };
  const say = (message: string) =>
    events.tell(kind, instance, [{ type: "Normal", reason: "Said", message }]);
  say("same");
  say("same");
  for (let i = 0; i < 30; i++) say(`another ${i}`);
  await events.idle();
  const told = await eventsOf(namespace.name, "Some");
  assert.equal(told.find((e) => e.message === "same")?.count, 2);
  assert.equal(told.reduce((sum, e) => sum + e.count, 0), 25);
});
