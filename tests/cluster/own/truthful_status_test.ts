/**
 * Tests that an instance's status stays correct in unusual cases: a null or absent value, a missing
 * kind, a rejected status, and a rejected update of a node.
 */
import assert from "node:assert/strict";
import { isEstablished } from "../../../src/kube/mod.ts";
import {
  active,
  condition,
  configMap,
  crdOf,
  crdPlace,
  deployment,
  eventually,
  inState,
  kroTest,
  type Live,
  NAME,
  type Scenario,
} from "../../support/cluster/mod.ts";

const NODE_A = configMap("a", `${NAME}-a`, { v: "${schema.spec.v}" }, {
  includeWhen: ["${schema.spec.a}"],
});
const NODE_B = configMap("b", `${NAME}-b`, { v: "b" });

kroTest(
  "a status field that names a skipped node is written if CEL does not read the node",
  async (s) => {
    const graph = await s.graph({
      kind: "Lazy",
      spec: { a: "boolean | default=false", v: 'string | default="1"' },
      status: {
        ternary: "${schema.spec.a ? a.data.v : b.data.v}",
        either: "${!schema.spec.a || a.data.v == '1'}",
        list: ["${a.data.v}", "${b.data.v}"],
      },
      resources: [NODE_A, NODE_B],
    });
    await graph.create("one");
    const shown = ({ status }: Live) => [status.ternary, status.either, status.list];
    assert.deepEqual(shown(await graph.active("one")), ["b", true, ["b"]]);
    await s.cluster.patch(graph.instance("one"), { spec: { a: true } });
    const list = ["1", "b"];
    const after = await s.cluster.until(graph.instance("one"), (o) => o.status.list.length === 2);
    assert.deepEqual(shown(after), ["1", true, list]);
  },
);

kroTest(
  "an absent optional leaves a field to others, and a given one repairs the field",
  async (s) => {
    const node = deployment("web", NAME);
    const template = node.template as Live;
    template.spec.replicas = "${schema.spec.?replicas}";
    template.metadata.annotations = { note: "${schema.spec.note}" };
    const graph = await s.graph({
      kind: "Scaled",
      spec: { replicas: "integer", note: 'string | default="a"' },
      resources: [node],
    });
    await graph.create("one");
    await graph.active("one");
    const at = { kind: "Deployment.apps", name: "one" };
    const scale = (replicas: number) => s.cluster.patch(at, { spec: { replicas } });
    const edit = async (spec: Live, note: string) => {
      await s.cluster.patch(graph.instance("one"), { spec: { ...spec, note } });
      const object = await s.cluster.until(at, (o) => o.metadata.annotations.note === note);
      return object.spec.replicas;
    };
    await scale(3);
    await s.idle();
    assert.equal((await s.cluster.get(at)).spec.replicas, 3);
    assert.equal(await edit({}, "b"), 3, "an unrelated change");
    assert.equal(await edit({ replicas: 2 }, "c"), 2, "a given value");
    await scale(5);
    await s.cluster.until(at, (o) => o.spec.replicas === 2);
    await edit({ replicas: null }, "d");
    await scale(4);
    await s.idle();
    assert.equal((await s.cluster.get(at)).spec.replicas, 4);
  },
);

kroTest(
  "a null that a template writes is repaired when another client sets the field",
  async (s) => {
    const group = `${s.namespace}.example.org`;
    const nullable = { type: "string", nullable: true };
    const spec = { type: "object", properties: { a: nullable, b: { type: "string" } } };
    await install(s, crdOf("Nullable", group, "v1", { spec }));
    const metadata = { name: NAME };
    const graph = await s.graph({
      kind: "Nulled",
      spec: { a: "string" },
      resources: [{
        id: "n",
        template: {
          apiVersion: `${group}/v1`,
          kind: "Nullable",
          metadata,
          spec: { a: "${schema.spec.?a}", b: "b" },
        },
      }],
    });
    await graph.create("one");
    await graph.active("one");
    const at = { kind: `Nullable.${group}`, name: "one" };
    assert.equal((await s.cluster.get(at)).spec.a, null);
    await s.requests();
    await s.restart();
    await graph.active("one");
    await s.idle();
    await s.cluster.patch(at, { spec: { a: "foreign" } });
    await s.cluster.until(at, (o) => o.spec.a === null);
  },
);

/** Installs the CRD, and waits until the API server serves its kind. */
async function install(s: Scenario, crd: ReturnType<typeof crdOf>): Promise<void> {
  const { group, names } = crd.spec as Live;
  await s.cluster.apply(crd);
  await s.cluster.until(crdPlace(`${names.kind}.${group}`), isEstablished);
}

kroTest(
  "an instance waits for a kind whose CRD was deleted, without requests, and goes on with the CRD",
  async (s) => {
    const group = `${s.namespace}.example.org`;
    const crd = crdOf("Thing", group, "v1", { spec: { type: "object", properties: {} } });
    const at = crdPlace(`Thing.${group}`);
    await install(s, crd);
    const template = { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: NAME } };
    const graph = await s.graph({
      kind: "Later",
      resources: [{ id: "thing", template }, configMap("map", NAME)],
    });
    await graph.create("one");
    await graph.active("one");
    await s.cluster.remove(at);
    const text = `node "thing": ${group}/v1, kind Thing is not served; waiting for the kind`;
    const waiting = await inState(s, graph.instance("one"), "IN_PROGRESS", text);
    assert.equal(condition(waiting, "ResourcesReady").reason, "NotReady");
    const rgd = await s.cluster.until(graph.rgd, (o) => condition(o, "Ready").status === "False");
    assert.match(condition(rgd, "Ready").message, new RegExp(`${group}/v1.*Thing`));
    await s.idle();
    await s.requests();
    await s.cluster.annotate(graph.instance("one"), { touched: "yes" });
    await s.cluster.delete({ kind: "ConfigMap", name: "one" });
    await s.cluster.until({ kind: "ConfigMap", name: "one" }, (o) => !o.metadata.deletionTimestamp);
    await s.idle();
    const applies = (await s.requests()).filter((e) =>
      e.verb === "patch" && e.resource === "things"
    );
    assert.deepEqual(applies, []);
    await install(s, crd);
    await graph.active("one");
    await active(s, graph);
    await s.cluster.get({ kind: `Thing.${group}`, name: "one" });
  },
);

kroTest(
  "a refused status leaves state and conditions true, until the API server accepts it",
  async (s) => {
    const graph = await s.graph({
      kind: "Wrong",
      spec: { v: 'string | default="1"' },
      status: { good: "${schema.spec.v}" },
      resources: [configMap("map", NAME, { v: "${schema.spec.v}" })],
    });
    await graph.create("one");
    await graph.active("one");
    const name = graph.rgd.name;
    const at = graph.instance("one");
    const [, ...group] = at.kind.split(".");
    const rule = {
      apiGroups: [group.join(".")],
      apiVersions: ["*"],
      operations: ["UPDATE"],
      resources: ["*/status"],
    };
    const api = "admissionregistration.k8s.io";
    await s.cluster.create({
      apiVersion: `${api}/v1`,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{
          expression: "object.?status.?good.orValue('') != 'no'",
          message: "not no",
        }],
      },
    });
    await s.cluster.create({
      apiVersion: `${api}/v1`,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    });
    try {
      await eventually(
        "the policy denies",
        () => s.cluster.patchStatus(at, { good: "no" }).then(() => false, () => true),
      );
      // Sets the field `good` back to its old value, because the API server may have stored `good: "no"`
      // before the admission policy took effect.
      await s.cluster.patchStatus(at, { good: "1" });
      await s.cluster.patch(at, { spec: { v: "no" } });
      const refused = await s.cluster.until(
        at,
        (o) => condition(o, "Ready").reason === "StatusRefused",
      );
      assert.deepEqual([refused.status.state, refused.status.good], ["ERROR", "1"]);
      assert.match(condition(refused, "Ready").message, /failed to write the status: .*not no/);
      assert.equal(condition(refused, "Ready").observedGeneration, refused.metadata.generation);
      await s.cluster.patch(at, { spec: { v: "3" } });
      assert.equal((await graph.active("one")).status.good, "3");
    } finally {
      await s.cluster.delete({ kind: `ValidatingAdmissionPolicyBinding.${api}`, name });
      await s.cluster.delete({ kind: `ValidatingAdmissionPolicy.${api}`, name });
    }
  },
);

kroTest("nodes below a refused update are updated and repaired", async (s) => {
  const labels = { l: "${schema.spec.label}" };
  const a = configMap("a", `${NAME}-a`, { v: "${schema.spec.v}" });
  (a.template as Live).metadata.labels = labels;
  const graph = await s.graph({
    kind: "Thaw",
    spec: { v: 'string | default="1"', label: 'string | default="fine"' },
    status: { a: "${a.data.v}", b: "${b.data.v}" },
    resources: [a, configMap("b", `${NAME}-b`, { v: "${schema.spec.v}", a: "${a.data.v}" })],
  });
  await graph.create("one");
  await graph.active("one");
  await s.cluster.patch(graph.instance("one"), {
    spec: { v: "2", label: `bad ${"x".repeat(5000)}` },
  });
  const b = { kind: "ConfigMap", name: "one-b" };
  await s.cluster.until(b, (o) => o.data.v === "2" && o.data.a === "1");
  const instance = await inState(s, graph.instance("one"), "ERROR", 'node "a"');
  assert.deepEqual([instance.status.a, instance.status.b], ["1", "2"]);
  const message = condition(instance, "ResourcesReady").message;
  assert.match(message, /Invalid value: .* … \[\d+ characters\] … /);
  assert.ok(message.length < 1200, message);
  await s.cluster.delete(b);
  await s.cluster.until(b, (o) => !o.metadata.deletionTimestamp && o.data.v === "2");
  await s.cluster.patch(graph.instance("one"), { spec: { label: "fine" } });
  await graph.active("one");
});
