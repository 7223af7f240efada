// Tests of custom conditions, which the author of an RGD declares as expressions.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  condition,
  configMap,
  type GraphSpec,
  type Live,
  scenario,
  sleep,
} from "../../support/cluster/mod.ts";

const BUILT_IN = ["InstanceManaged", "GraphResolved", "ResourcesReady", "Ready"];

/** Returns an RGD with a ConfigMap whose name is `spec.name`, and with these custom conditions. */
function graphOf(
  kind: string,
  conditions: string[],
  more: { spec?: JsonObject; data?: JsonObject; readyWhen?: string[] } = {},
): GraphSpec {
  const { spec, data = {}, ...node } = more;
  return {
    kind,
    spec: { name: "string", ...spec },
    ...(conditions.length > 0 ? { status: { conditions } } : {}),
    resources: [configMap("config", "${schema.spec.name}", data, node)],
  };
}

/** Returns an expression that declares a custom condition. The arguments are CEL expressions. */
function entry(type: string, status: string, reason = "''", message = "''"): string {
  const fields = `type: ${type}, status: ${status}, reason: ${reason}, message: ${message}`;
  return `\${runtime.newCondition({${fields}})}`;
}

/**
 * Returns the types of an instance's conditions, in the order in which the status contains the conditions.
 */
const types = ({ status }: Live): string[] => status.conditions.map((c: Live) => c.type);

/**
 * Waits until the clock shows a later second than the condition's last change. Condition times have
 * a resolution of one second, so another change within the same second would not be visible.
 */
async function nextSecond({ lastTransitionTime }: Live): Promise<void> {
  const left = Date.parse(lastTransitionTime) + 1000 - Date.now();
  if (left > 0) await sleep(left);
}

scenario(
  "instance_custom_conditions:109",
  "the status has the custom conditions only",
  async (s) => {
    const graph = await s.graph(graphOf("Declared", [
      entry("'PrimaryReady'", "'True'", "'OK'", "'always healthy'"),
      entry("'AppReady'", "'False'", "'Init'"),
    ]));
    await graph.create("demo", { name: "demo" });
    const { status, metadata } = await graph.active("demo");
    const found = status.conditions.map(({ lastTransitionTime, ...rest }: Live) => {
      assert.ok(Date.parse(lastTransitionTime) >= Date.parse(metadata.creationTimestamp));
      return rest;
    });
    const observedGeneration = metadata.generation;
    const message = "always healthy";
    assert.deepEqual(found, [
      { type: "PrimaryReady", status: "True", reason: "OK", message, observedGeneration },
      { type: "AppReady", status: "False", reason: "Init", observedGeneration },
    ]);
  },
);

scenario(
  "instance_custom_conditions:177",
  "an edit updates observedGeneration and keeps lastTransitionTime",
  async (s) => {
    const spec = { label: "string | default=initial" };
    const data = { label: "${schema.spec.label}" };
    const graph = await s.graph(graphOf("Timed", [entry("'Always'", "'True'")], { spec, data }));
    await graph.create("demo", { name: "demo" });
    const before = condition(await graph.active("demo"), "Always");
    await nextSecond(before);
    await s.cluster.patch(graph.instance("demo"), { spec: { label: "updated" } });
    const after = condition(await graph.active("demo"), "Always");
    assert.deepEqual([before.observedGeneration, after.observedGeneration], [1, 2]);
    assert.equal(after.lastTransitionTime, before.lastTransitionTime);
  },
);

scenario(
  "instance_custom_conditions:242",
  "an instance without custom conditions has kro's own",
  async (s) => {
    const graph = await s.graph(graphOf("Plain", []));
    await graph.create("demo", { name: "demo" });
    const demo = await graph.active("demo");
    for (const type of BUILT_IN) assert.equal(condition(demo, type)?.status, "True", type);
  },
);

scenario(
  "instance_custom_conditions:289",
  "a custom Ready replaces kro's own",
  async (s) => {
    const conditions = [entry("'Ready'", "'False'", "'AuthorSaysNo'", "'a test'")];
    const graph = await s.graph(graphOf("OwnReady", conditions));
    await graph.create("demo", { name: "demo" });
    const demo = await graph.active("demo");
    assert.deepEqual(types(demo), ["Ready"]);
    const { status, reason, message } = condition(demo, "Ready");
    assert.deepEqual([status, reason, message], ["False", "AuthorSaysNo", "a test"]);
  },
);

scenario(
  "instance_custom_conditions:335",
  "custom conditions follow the instance's fields that they read",
  async (s) => {
    const status = "schema.spec.healthy ? 'True' : 'False'";
    const spec = { healthy: "boolean | default=true" };
    const conditions = [entry("'AppReady'", status, "'CheckedSpec'")];
    const graph = await s.graph(graphOf("Following", conditions, { spec }));
    await graph.create("demo", { name: "demo", healthy: true });
    assert.equal(condition(await graph.active("demo"), "AppReady").status, "True");
    for (const [healthy, expected] of [[false, "False"], [true, "True"]] as const) {
      await s.cluster.patch(graph.instance("demo"), { spec: { healthy } });
      assert.equal(condition(await graph.active("demo"), "AppReady").status, expected);
    }
  },
);

/**
 * Returns an RGD whose author declares a condition ResourcesReady with status True. kro's own
 * condition of this type is False.
 */
const overriding = (kind: string, conditions: string[], more: { spec?: JsonObject } = {}) => {
  const readyWhen = ["${config.data.?ready.orValue('') == 'true'}"];
  const override = entry("'ResourcesReady'", "'True'", "'AuthorOverride'", "'says so'");
  return graphOf(kind, [override, ...conditions], { readyWhen, ...more });
};

scenario(
  "instance_custom_conditions:397",
  "a custom condition reads kro's own value, and the status has the author's",
  async (s) => {
    const own = "runtime.condition(schema, 'ResourcesReady').status";
    const graph = await s.graph(overriding("Mirrored", [entry("'Mirror'", own, "'OfKro'")]));
    await graph.create("demo", { name: "demo" });
    const demo = await s.cluster.until(graph.instance("demo"), (o) => o.status?.conditions);
    assert.equal(demo.status.state, "IN_PROGRESS");
    assert.deepEqual(types(demo), ["ResourcesReady", "Mirror"]);
    const { status, reason, message } = condition(demo, "ResourcesReady");
    assert.deepEqual([status, reason, message], ["True", "AuthorOverride", "says so"]);
    assert.equal(condition(demo, "Mirror").status, "False");
  },
);

scenario(
  "instance_custom_conditions:463",
  "a condition type that is computed twice is dropped, and the other conditions stay",
  async (s) => {
    const twice = "'Same-' + schema.spec.name";
    const graph = await s.graph(graphOf("Doubled", [
      entry("'Survivor'", "'True'"),
      entry(twice, "'True'"),
      entry(twice, "'False'"),
    ]));
    await graph.create("demo", { name: "demo" });
    const demo = await s.cluster.until(graph.instance("demo"), (o) => o.status?.state === "ERROR");
    assert.deepEqual(types(demo), ["Survivor"]);
    assert.equal(condition(demo, "Survivor").status, "True");
  },
);

scenario(
  "instance_custom_conditions:519",
  "a custom condition that contradicts kro's own keeps its lastTransitionTime",
  async (s) => {
    const spec = { label: "string | default=initial" };
    const graph = await s.graph(overriding("Overridden", [], { spec }));
    await graph.create("demo", { name: "demo" });
    const at = graph.instance("demo");
    const seen = (generation: number) =>
      s.cluster.until(
        at,
        (o) => condition(o, "ResourcesReady")?.observedGeneration === generation,
      );
    const before = condition(await seen(1), "ResourcesReady");
    await nextSecond(before);
    await s.cluster.patch(at, { spec: { label: "updated" } });
    const after = condition(await seen(2), "ResourcesReady");
    assert.deepEqual([before.status, after.status], ["True", "True"]);
    assert.equal(after.lastTransitionTime, before.lastTransitionTime);
  },
);

scenario(
  "instance_custom_conditions:590",
  "a condition whose data no longer exists keeps its last value",
  async (s) => {
    const status = "config.data[schema.spec.key] == 'x' ? 'True' : 'False'";
    const more = { spec: { key: "string" }, data: { phase: "x" } };
    const conditions = [
      entry("'Static'", "'True'"),
      entry("'DataDriven'", status, "'FromConfigMap'"),
    ];
    const graph = await s.graph(graphOf("Lasting", conditions, more));
    await graph.create("demo", { name: "demo", key: "phase" });
    const before = condition(await graph.active("demo"), "DataDriven");
    assert.equal(before.status, "True");
    await s.cluster.patch(graph.instance("demo"), { spec: { key: "missing" } });
    const demo = await s.cluster.until(
      graph.instance("demo"),
      (o) => condition(o, "Static").observedGeneration === 2,
    );
    await s.idle();
    assert.deepEqual(types(demo), ["Static", "DataDriven"]);
    assert.deepEqual(condition(await s.cluster.get(graph.instance("demo")), "DataDriven"), before);
  },
);

scenario(
  "instance_custom_conditions:662",
  "kro's own conditions return when a graph no longer declares custom ones",
  async (s) => {
    const graph = await s.graph(graphOf("Removed", [entry("'AppReady'", "'True'")]));
    await graph.create("demo", { name: "demo" });
    assert.deepEqual(types(await graph.active("demo")), ["AppReady"]);
    await graph.change(graphOf("Removed", []));
    const demo = await graph.active("demo", (o) => !condition(o, "AppReady"));
    for (const type of BUILT_IN) assert.equal(condition(demo, type)?.status, "True", type);
  },
);
