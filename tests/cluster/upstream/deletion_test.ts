// Tests of the deletion of an instance: kro finds the instance's objects by its inventory alone, deletes
// dependent objects first, and deletes nested instances.
import assert from "node:assert/strict";
import {
  condition,
  configMap,
  deployment,
  external,
  NAME,
  type Place,
  type Scenario,
  scenario,
  secret,
  service,
} from "../../support/cluster/mod.ts";

const ORDER = "internal.kro.run/apply-order";
const HOLD = "scenario.example.com/hold";

/**
 * Adds a finalizer to the object, which blocks its deletion. The returned function removes the
 * finalizer.
 */
async function hold({ cluster }: Scenario, at: Place): Promise<() => Promise<unknown>> {
  await cluster.patch(at, { metadata: { finalizers: [HOLD] } });
  return () => cluster.patch(at, { metadata: { finalizers: null } });
}

/** Waits until the instance reports that this object's finalizer blocks the deletion. */
async function blocked({ cluster }: Scenario, instance: Place, name: string): Promise<void> {
  const { status } = await cluster.until(instance, (o) => {
    const { message = "" } = condition(o, "ResourcesReady") ?? {};
    return message.includes(name) && message.includes(HOLD);
  });
  assert.equal(status.state, "DELETING");
}

scenario(
  "externalref_deletion:52",
  "a child is deleted although the external object that it reads no longer exists",
  async (s) => {
    await s.cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "theirs" },
      data: { name: "managed", value: "external" },
    });
    const graph = await s.graph({
      kind: "ExternalRoot",
      resources: [
        external("theirs", { name: "theirs" }),
        configMap("managed", "${theirs.data.name}", { inherited: "${theirs.data.value}" }),
      ],
    });
    const { status } = await s.cluster.get(graph.rgd);
    assert.deepEqual(status.topologicalOrder, ["theirs", "managed"]);
    await graph.create("app");
    await graph.active("app");
    const managed = { kind: "ConfigMap", name: "managed" };
    const { data, metadata } = await s.cluster.get(managed);
    assert.deepEqual(data, { inherited: "external" });
    assert.equal(metadata.annotations[ORDER], "2");

    const release = await hold(s, managed);
    const theirs = { kind: "ConfigMap", name: "theirs" };
    await s.cluster.remove(theirs);
    await s.cluster.delete(graph.instance("app"));
    await s.cluster.until(managed, (o) => o.metadata.deletionTimestamp);
    await blocked(s, graph.instance("app"), "managed");
    await release();
    await s.cluster.untilGone(managed);
    await s.cluster.untilGone(graph.instance("app"));
  },
);

scenario(
  "externalref_deletion:182",
  "an object that other objects depend on stays until they are gone",
  async (s) => {
    const graph = await s.graph({
      kind: "Ordered",
      resources: [
        configMap("a", `${NAME}-a`),
        configMap("b", `${NAME}-b`, { dependency: "${a.metadata.name}" }),
      ],
    });
    await graph.create("app");
    await graph.active("app");
    const [a, b] = ["app-a", "app-b"].map((name) => ({ kind: "ConfigMap", name })) as [
      Place,
      Place,
    ];
    const before = await s.cluster.get(a);
    assert.equal(before.metadata.annotations[ORDER], "1");
    assert.equal((await s.cluster.get(b)).metadata.annotations[ORDER], "2");

    const release = await hold(s, b);
    await s.cluster.delete(graph.instance("app"));
    await s.cluster.until(b, (o) => o.metadata.deletionTimestamp);
    await blocked(s, graph.instance("app"), "app-b");
    await s.idle();
    assert.deepEqual(await s.cluster.get(a), before);
    await release();
    for (const at of [b, a, graph.instance("app")]) await s.cluster.untilGone(at);
  },
);

scenario(
  "cascading_deletion:53",
  "deleting the top of three nested instances deletes everything below it",
  async (s) => {
    const below = (id: string, apiVersion: string, kind: string, name: string) => ({
      id,
      template: {
        apiVersion,
        kind,
        metadata: { name: `${NAME}-${name}` },
        spec: { message: "${schema.spec.message}" },
      },
    });
    const spec = { message: "string" };
    const level = (text: string) =>
      configMap("config", `${NAME}-config`, { level: text, message: "${schema.spec.message}" });
    const third = await s.graph({
      kind: "LevelThree",
      spec,
      resources: [level("3"), secret("secret", `${NAME}-secret`)],
    });
    const second = await s.graph({
      kind: "LevelTwo",
      spec,
      resources: [
        level("2"),
        below("nested", third.apiVersion, "LevelThree", "three"),
        service("service", `${NAME}-svc`),
      ],
    });
    const first = await s.graph({
      kind: "LevelOne",
      spec,
      resources: [
        level("1"),
        below("nested", second.apiVersion, "LevelTwo", "two"),
        deployment("deployment", `${NAME}-web`),
      ],
    });
    await first.create("app", { message: "hello" });
    await first.active("app");
    await second.active("app-two");
    await third.active("app-two-three");
    const objects: Place[] = [
      { kind: "ConfigMap", name: "app-config" },
      { kind: "ConfigMap", name: "app-two-config" },
      { kind: "ConfigMap", name: "app-two-three-config" },
      { kind: "Secret", name: "app-two-three-secret" },
      { kind: "Service", name: "app-two-svc" },
      { kind: "Deployment.apps", name: "app-web" },
    ];
    for (const at of objects) await s.cluster.get(at);
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app-two-three-config" });
    assert.deepEqual(data, { level: "3", message: "hello" });

    await s.cluster.delete(first.instance("app"));
    // kro removes an instance only after all its objects, so the nested instances and their objects must no
    // longer exist.
    await s.cluster.untilGone(first.instance("app"));
    const nested = [second.instance("app-two"), third.instance("app-two-three")];
    for (const at of [...nested, ...objects]) assert.equal(await s.cluster.find(at), undefined);
  },
);
