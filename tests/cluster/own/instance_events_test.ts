/**
 * Tests of Kubernetes Events about instances, which the feature gate InstanceConditionEvents
 * enables.
 */
import assert from "node:assert/strict";
import type { KindRef } from "../../../src/api/mod.ts";
import { EventRecorder } from "../../../src/controller/instances/event_recorder.ts";
import {
  configMap,
  eventually,
  inState,
  kroTest,
  kubectl,
  openClient,
  testNamespace,
} from "../../support/cluster/mod.ts";

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

const textOf = ({ type, reason, message }: Event) => `${type} ${reason}: ${message}`;

for (const conditionEvents of [true, undefined]) {
  kroTest(
    `an instance has ${conditionEvents ? "Events when the gate is on" : "no Events otherwise"}`,
    async (s) => {
      const graph = await s.graph({
        kind: "Talker",
        spec: { value: "string" },
        resources: [configMap("config", "${schema.spec.value}")],
      });
      await graph.create("one", { value: "a" });
      await graph.active("one");
      await s.cluster.patch(graph.instance("one"), { spec: { value: "No_Name" } });
      await inState(s, graph.instance("one"), "ERROR");
      if (!conditionEvents) {
        await s.idle(1000);
        assert.deepEqual(await eventsOf(s.namespace, "Talker"), []);
        return;
      }
      const expected = [
        `Normal Created: created ConfigMap ${s.namespace}/a`,
        "Normal Ready: none -> True: Ready",
        "Warning ResourcesReady: True -> False: NotReady",
      ];
      let events: Event[] = [];
      const failed = await eventually("the instance's Events", async () => {
        events = await eventsOf(s.namespace, "Talker");
        const texts = events.map(textOf);
        return expected.every((text) => texts.includes(text)) &&
          events.find(({ reason }) => reason === "Failed");
      }).catch((error) => assert.fail(`${error.message}: ${events.map(textOf).join("\n")}`));
      assert.match(failed.message, /ConfigMap .*No_Name.* is invalid: metadata\.name/);
      assert.equal(failed.source.component, `kro/talkers.${graph.group}-controller`);
    },
    { controller: { conditionEvents }, defaults: true },
  );
}

Deno.test("a repeated message raises the count of one Event, and an instance emits at most 25 in a burst", async () => {
  await using namespace = await testNamespace("events");
  await using s = await openClient();
  const events = new EventRecorder(s.client);
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
    events.record(kind, instance, [{ type: "Normal", reason: "Said", message }]);
  say("same");
  say("same");
  for (let i = 0; i < 30; i++) say(`another ${i}`);
  await events.idle();
  const told = await eventsOf(namespace.name, "Some");
  assert.equal(told.find((e) => e.message === "same")?.count, 2);
  assert.equal(told.reduce((sum, e) => sum + e.count, 0), 25);
});
