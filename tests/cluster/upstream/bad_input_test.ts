// Tests of instances whose spec leads to an object that the API server rejects, or to no object at
// all. The instance must report the node, the object or expression, and the cause. Other nodes must
// continue, and no object may be missing from the inventory.
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import { kroTest, type Scenario } from "../../support/cluster/mod.ts";

/** A test case: a node that fails for some values in the instance's spec. */
interface Case {
  name: string;
  /** The node that fails, without its ID. */
  bad: JsonObject;
  /** The fields of the instance's spec that the failing node reads, as SimpleSchema. */
  spec: JsonObject;
  /** Values of the fields in `spec`: `wrong` makes the node fail, and `right` does not. */
  wrong: JsonObject;
  right: JsonObject;
  state: "ERROR" | "IN_PROGRESS";
  /** The expected message of the condition ResourcesReady. */
  says: RegExp;
}

const configMap = (metadata: JsonObject, data?: JsonObject): JsonObject => ({
  template: { apiVersion: "v1", kind: "ConfigMap", metadata, ...(data ? { data } : {}) },
});
const named = (data: JsonObject) => configMap({ name: "${schema.metadata.name}-bad" }, data);

const cases: Case[] = [
  {
    name: "an invalid name",
    bad: configMap({ name: "${schema.metadata.name}${schema.spec.end}" }),
    spec: { end: "string" },
    wrong: { end: "_Bad" },
    right: { end: "-bad" },
    state: "ERROR",
    says: /"bad".*one_Bad.*metadata\.name.*RFC 1123/s,
  },
  {
    name: "a label that is too long",
    bad: configMap({ name: "${schema.metadata.name}-bad", labels: { l: "${schema.spec.label}" } }),
    spec: { label: "string" },
    wrong: { label: "x".repeat(64) },
    right: { label: "x" },
    state: "ERROR",
    says: /"bad".*metadata\.labels.*63/s,
  },
  {
    name: "a negative port",
    bad: {
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "${schema.metadata.name}-bad" },
        spec: { ports: [{ port: "${schema.spec.port}" }] },
      },
    },
    spec: { port: "integer" },
    wrong: { port: -1 },
    right: { port: 80 },
    state: "ERROR",
    says: /"bad".*spec\.ports\[0\]\.port.*-1/s,
  },
  {
    name: "a namespace that does not exist",
    bad: configMap({ name: "${schema.metadata.name}-bad", namespace: "${schema.spec.space}" }),
    spec: { space: "string" },
    wrong: { space: "nowhere" },
    right: { space: "default" },
    state: "ERROR",
    says: /"bad".*namespaces? "nowhere" not found/s,
  },
  {
    name: "an object over the size limit",
    bad: named({ text: "${lists.range(schema.spec.size).map(i, '0123456789').join('')}" }),
    spec: { size: "integer" },
    wrong: { size: 110_000 },
    right: { size: 1 },
    state: "ERROR",
    says: /"bad".*(too large|Too long|more than)/is,
  },
  {
    name: "more items than the limit of forEach",
    bad: {
      forEach: [{ a: "${lists.range(schema.spec.size)}" }],
      ...configMap({ name: "${schema.metadata.name}-bad-${string(a)}" }),
    },
    spec: { size: "integer" },
    wrong: { size: 1001 },
    right: { size: 1 },
    state: "ERROR",
    says: /"bad".*collection size of 1001 is over the maximum collection size of 1000/s,
  },
  {
    name: "items with the same name",
    bad: {
      forEach: [{ n: "${schema.spec.names}" }],
      ...configMap({ name: "${schema.metadata.name}-bad-${n}" }),
    },
    spec: { names: "[]string" },
    wrong: { names: ["a", "b", "a"] },
    right: { names: ["a"] },
    state: "ERROR",
    says: /node "bad" identity collision: duplicate identity: .*-bad-a/s,
  },
  {
    name: "the object of another node",
    bad: configMap({ name: "${schema.metadata.name}-${schema.spec.name}" }),
    spec: { name: "string" },
    wrong: { name: "good" },
    right: { name: "other" },
    state: "IN_PROGRESS",
    says:
      /found resources with conflicts: resourceID: (bad|good) conflicts with resourceID: (good|bad)/,
  },
  {
    name: "a division by zero",
    bad: named({ v: "${string(10 / schema.spec.n)}" }),
    spec: { n: "integer" },
    wrong: { n: 0 },
    right: { n: 1 },
    state: "ERROR",
    says: /"bad".*10 \/ schema\.spec\.n.*division by zero/s,
  },
  {
    name: "a missing key",
    bad: named({ v: "${schema.spec.m['x']}" }),
    spec: { m: "map[string]string" },
    wrong: { m: { y: "1" } },
    right: { m: { x: "1" } },
    state: "IN_PROGRESS",
    says: /"bad".*schema\.spec\.m\['x'\].*the instance does not give spec\.m\["x"\]/s,
  },
  {
    name: "a conversion that fails",
    bad: named({ v: "${string(int(schema.spec.n))}" }),
    spec: { n: "string" },
    wrong: { n: "abc" },
    right: { n: "1" },
    state: "ERROR",
    says: /"bad".*int\(schema\.spec\.n\)/s,
  },
  {
    name: "an expression that never ends",
    bad: named({
      v: "${string(lists.range(schema.spec.n).all(a, lists.range(schema.spec.n).all(b, a + b >= 0)))}",
    }),
    spec: { n: "integer" },
    wrong: { n: 100_000 },
    right: { n: 10 },
    state: "ERROR",
    says: /"bad".*cost/s,
  },
];

async function check(s: Scenario, { bad, spec, wrong, right, state, says }: Case): Promise<void> {
  const graph = await s.graph({
    kind: "Case",
    spec,
    resources: [
      { id: "good", ...configMap({ name: "${schema.metadata.name}-good" }) },
      { id: "bad", ...bad },
    ],
  });
  await graph.create("two", right);
  await graph.active("two");
  await graph.create("one", wrong);
  const instance = await s.cluster.until(
    graph.instance("one"),
    ({ status }) => status?.state === state,
  );
  const { message } = instance.status.conditions.find(({ type }: { type: string }) =>
    type === "ResourcesReady"
  );
  assert.match(message, says);
  assert.doesNotMatch(message, /0123456789/);
  // The failed node affects neither the other nodes of its instance nor other instances.
  await s.cluster.until({ kind: "ConfigMap", name: "one-good" });
  await graph.active("two");
  const kinds = instance.metadata.annotations["applyset.kubernetes.io/contains-group-kinds"];
  assert.match(kinds, /ConfigMap/);

  await graph.create("one", right);
  await graph.active("one");
  await graph.create("one", wrong);
  await s.cluster.until(graph.instance("one"), ({ status }) => status?.state === state);
  await s.cluster.remove(graph.instance("one"));
  const left = await s.cluster.list("ConfigMap", "kro.run/instance-name=one", true);
  assert.deepEqual(left.map(({ metadata }) => metadata.name), []);
}

for (const one of cases) kroTest(`bad input: ${one.name}`, (s) => check(s, one));

const unpatchable = [
  { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "x" } },
  { apiVersion: "v1", kind: "ComponentStatus" },
];

for (const of of unpatchable) {
  kroTest(`bad input: ${of.kind}, a kind without patch and watch`, async (s) => {
    const graph = await s.graph({
      kind: "Case",
      resources: [
        { id: "good", ...configMap({ name: "good" }) },
        { id: "bad", template: { ...of, metadata: { name: "x" } } },
      ],
    });
    await graph.create("one");
    const says = /node "bad": APPLY (tokenreviews|componentstatuses)\S* x: the server/;
    await s.cluster.until(
      graph.instance("one"),
      ({ status }) =>
        status?.state === "ERROR" &&
        says.test(JSON.stringify(status.conditions).replaceAll("\\", "")),
    );
    await s.cluster.until({ kind: "ConfigMap", name: "good" });
    await s.cluster.remove(graph.instance("one"));
    await s.cluster.untilGone({ kind: "ConfigMap", name: "good" });
  });
}
