/**
 * Tests of `kro plan` for changes of a graph that are hard to predict: the plan is compared with what the
 * controller then does.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  configMap,
  eventually,
  type GraphSpec,
  kroTest,
  NAME,
  placed,
  serviceAccount,
} from "../../support/cluster/mod.ts";
import { planned, planText, proven, twoMaps } from "../../support/cluster/plan.ts";

const graphOf = (resources: JsonObject[], more: Partial<GraphSpec> = {}): GraphSpec => ({
  kind: "Planned",
  spec: { size: "integer | default=1" },
  resources,
  ...more,
});

/** Changes of a graph, with the kinds of the changed objects and the expected actions on instance `one`. */
const CHANGES: [title: string, old: JsonObject[], next: JsonObject[], actions: string[]][] = [
  ["a renamed node with the same object", [configMap("a", `${NAME}-x`, { k: "v" })], [
    configMap("b", `${NAME}-x`, { k: "v" }),
  ], ["changed ConfigMap one-x"]],
  [
    "nodes that swap their objects",
    [
      configMap("a", `${NAME}-x`, { k: "1" }),
      configMap("b", `${NAME}-y`, { k: "2" }),
    ],
    [configMap("a", `${NAME}-y`, { k: "1" }), configMap("b", `${NAME}-x`, { k: "2" })],
    [
      "changed ConfigMap one-x",
      "changed ConfigMap one-y",
    ],
  ],
  ["a changed forEach", [
    configMap("a", `${NAME}-\${n}`, { k: "${n}" }, { forEach: [{ n: "${['p', 'q']}" }] }),
  ], [
    configMap("a", `${NAME}-\${n}`, { k: "${n}!" }, { forEach: [{ n: "${['q', 'r', 's']}" }] }),
  ], [
    "changed ConfigMap one-q",
    "created ConfigMap one-r",
    "created ConfigMap one-s",
    "pruned ConfigMap one-p",
  ]],
  ["a node that becomes a collection", [configMap("a", `${NAME}-p`, { k: "v" })], [
    configMap("a", `${NAME}-\${n}`, { k: "v" }, { forEach: [{ n: "${['p', 'q']}" }] }),
  ], ["changed ConfigMap one-p", "created ConfigMap one-q"]],
  ["a changed includeWhen, with a dependent node", [
    configMap("a", `${NAME}-a`, { k: "v" }),
    configMap("b", `${NAME}-b`, { k: "${a.data.k}" }),
  ], [
    configMap("a", `${NAME}-a`, { k: "v" }, { includeWhen: ["${schema.spec.size > 1}"] }),
    configMap("b", `${NAME}-b`, { k: "${a.data.k}" }),
  ], ["pruned ConfigMap one-a", "pruned ConfigMap one-b"]],
  ["another kind of a node", [configMap("a", `${NAME}-x`, { k: "v" })], [
    serviceAccount("a", `${NAME}-x`),
  ], ["created ServiceAccount one-x", "pruned ConfigMap one-x"]],
  ["a field and a key that a node loses", [
    configMap("a", `${NAME}-x`, { k: "v", l: "w" }),
  ], [{
    id: "a",
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `${NAME}-x`, labels: { t: "1" } },
      data: { l: "w" },
    },
  }], [
    "changed ConfigMap one-x",
  ]],
  ["nodes in another order", [
    configMap("a", `${NAME}-a`, { k: "v" }),
    configMap("b", `${NAME}-b`, { k: "${a.data.k}" }),
  ], [
    configMap("a", `${NAME}-a`, { k: "${b.data.k}" }),
    configMap("b", `${NAME}-b`, { k: "v" }),
  ], ["changed ConfigMap one-a", "changed ConfigMap one-b"]],
];

const KINDS = ["ConfigMap", "ServiceAccount"];

for (const [title, old, next, expected] of CHANGES) {
  kroTest(`a plan equals the outcome: ${title}`, async (s) => {
    const { report } = await proven(s, graphOf(old), graphOf(next), KINDS);
    const actions = report.changes.filter(({ instance }) => instance?.name === "one")
      .map(({ action, kind, name }) => `${action} ${kind} ${name}`).sort();
    assert.deepEqual(actions, expected);
  });
}

kroTest("immutable fields of a Job and a StatefulSet are planned as refused", async (s) => {
  const labels = { app: "x" };
  const podOf = (image: string) => ({
    metadata: { labels },
    spec: { containers: [{ name: "c", image }], restartPolicy: "Never" },
  });
  const of = (image: string, serviceName: string) =>
    graphOf([
      configMap("a", `${NAME}-a`, { image }),
      {
        id: "job",
        template: {
          apiVersion: "batch/v1",
          kind: "Job",
          metadata: { name: NAME },
          spec: { template: podOf(image), suspend: true },
        },
      },
      {
        id: "set",
        template: {
          apiVersion: "apps/v1",
          kind: "StatefulSet",
          metadata: { name: NAME },
          spec: {
            serviceName,
            replicas: 0,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } },
          },
        },
      },
    ]);
  const kinds = ["ConfigMap", "Job.batch", "StatefulSet.apps"];
  const { report, code } = await proven(s, of("i", "one"), of("j", "two"), kinds);
  assert.equal(code, 2);
  const refused = report.changes.filter(({ action }) => action === "refused")
    .map(({ kind, name }) => `${kind} ${name}`).sort();
  assert.deepEqual(refused, ["Job one", "Job two", "StatefulSet one", "StatefulSet two"]);
});

kroTest("objects that a quota forbids are planned as refused", async (s) => {
  const old = graphOf([configMap("a", `${NAME}-a`)]);
  const next = graphOf([configMap("a", `${NAME}-a`), serviceAccount("b", `${NAME}-b`)]);
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "none" },
    spec: { hard: { "count/serviceaccounts": "1" } },
  };
  const { report, code } = await proven(s, old, next, KINDS, async () => {
    await s.cluster.create(quota);
    await s.cluster.until({ kind: "ResourceQuota", name: "none" }, (o) => o.status?.used);
  });
  assert.equal(code, 2);
  assert.deepEqual(report.changes.map(({ action }) => action), ["refused", "refused"]);
  assert.match(report.changes[0]?.reason ?? "", /exceeded quota/);
});

kroTest("a plan notes a quota that its objects exceed together, after one list", async (s) => {
  const graph = await s.graph(graphOf([configMap("a", `${NAME}-a`)]));
  for (const name of ["one", "two"]) await graph.create(name);
  for (const name of ["one", "two"]) await graph.active(name);
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "small" },
    // The namespace already contains the ServiceAccount `default`.
    spec: { hard: { "count/serviceaccounts": "2" } },
  };
  await s.cluster.create(quota);
  await s.cluster.until({ kind: "ResourceQuota", name: "small" }, ({ status }) => {
    return status?.used?.["count/serviceaccounts"] === "1";
  });
  await s.idle();
  await s.requests();
  const lists = async () => {
    const sent = (await s.requests()).filter(({ resource }) => resource === "resourcequotas");
    return sent.map(({ verb }) => verb);
  };
  const next = graphOf([configMap("a", `${NAME}-a`), serviceAccount("b", `${NAME}-b`)]);
  const { report } = await planned(s.cluster, [graph.object(next)]);
  assert.deepEqual(report.changes.map(({ action }) => action), ["created", "created"]);
  assert.deepEqual(report.notes, [
    `the plan creates 2 serviceaccounts in namespace ${s.namespace}, but ResourceQuota small ` +
    "allows only 1 more (count/serviceaccounts: 1 of 2 used); the API server checked each " +
    "object alone",
  ]);
  assert.deepEqual(await lists(), ["list"]);

  const changed = graphOf([configMap("a", `${NAME}-a`, { color: "blue" })]);
  const { report: { changes, notes } } = await planned(s.cluster, [graph.object(changed)]);
  assert.equal(changes.length, 2);
  assert.deepEqual(notes, []);
  assert.deepEqual(await lists(), [], "a plan that creates nothing does not list quotas");
});

kroTest("objects in a namespace that is being deleted are planned as refused", async (s) => {
  const other = `${s.namespace}-b`;
  await s.cluster.createNamespace(other);
  const held = { kind: "ConfigMap", name: "held", namespace: other };
  const finalizers = ["test.example.com/held"];
  const metadata = { name: "held", namespace: other, finalizers };
  await s.cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  const old = graphOf([configMap("a", `${NAME}-a`)]);
  const next = graphOf([
    configMap("a", `${NAME}-a`, { k: "v" }),
    placed(configMap("b", `${NAME}-b`), other),
  ]);
  try {
    const { report, code } = await proven(s, old, next, KINDS, async () => {
      await s.cluster.delete({ kind: "Namespace", name: other });
      await s.cluster.until(
        { kind: "Namespace", name: other },
        ({ status }) => status.phase === "Terminating",
      );
    });
    assert.equal(code, 2);
    const refused = report.changes.filter(({ action }) => action === "refused");
    assert.deepEqual(refused.map(({ name }) => name), ["one-b", "two-b"]);
    assert.match(refused[0]?.reason ?? "", /being terminated/);
  } finally {
    await s.cluster.patch(held, { metadata: { finalizers: null } });
  }
});

kroTest("objects that an admission policy denies are planned as refused", async (s) => {
  const policy = `deny-${s.namespace}`;
  const admission = "admissionregistration.k8s.io/v1";
  const denied = "object.?data.?k.orValue('') == 'denied'";
  await s.cluster.create({
    apiVersion: admission,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: policy },
    spec: {
      matchConstraints: {
        resourceRules: [{
          apiGroups: [""],
          apiVersions: ["v1"],
          resources: ["configmaps"],
          operations: ["CREATE", "UPDATE"],
        }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": s.namespace } },
      },
      validations: [{ expression: `!(${denied})`, message: "this value is denied" }],
    },
  });
  await s.cluster.create({
    apiVersion: admission,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: policy },
    spec: { policyName: policy, validationActions: ["Deny"] },
  });
  try {
    const of = (k: string) =>
      graphOf([configMap("a", `${NAME}-a`, { k }), configMap("b", `${NAME}-b`, { v: k })]);
    const { report, code } = await proven(s, of("allowed"), of("denied"), KINDS, async () => {
      await eventually("the policy", async () => {
        const probe = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe" } };
        const created = await s.cluster.create({ ...probe, data: { k: "denied" } })
          .catch(() => undefined);
        if (created) await s.cluster.delete({ kind: "ConfigMap", name: "probe" });
        return created === undefined;
      });
    });
    assert.equal(code, 2);
    const actions = report.changes.map(({ action, name }) => `${action} ${name}`).sort();
    assert.deepEqual(actions, ["changed one-b", "changed two-b", "refused one-a", "refused two-a"]);
    const refused = report.changes.find(({ action }) => action === "refused");
    assert.match(refused?.reason ?? "", /this value is denied/);
  } finally {
    await s.cluster.remove({
      kind: "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
      name: policy,
    });
    await s.cluster.remove({
      kind: "ValidatingAdmissionPolicy.admissionregistration.k8s.io",
      name: policy,
    });
  }
});

kroTest("a namespace or a kind that does not exist is named", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  const instance = {
    apiVersion: graph.apiVersion,
    kind: "Planned",
    metadata: { name: "one", namespace: "missing-namespace" },
    spec: {},
  };
  const absent = await planned(s.cluster, [instance]);
  assert.equal(absent.code, 2);
  assert.deepEqual(absent.report.changes.map(({ action, name }) => `${action} ${name}`), [
    "refused one",
  ]);
  assert.match(absent.report.changes[0]?.reason ?? "", /namespaces "missing-namespace" not found/);
  const unknown = await planText(s.cluster, [{ ...instance, kind: "Unknown" }]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Unknown/);
  const missing = graphOf([{
    id: "a",
    template: { apiVersion: "missing.example.com/v1", kind: "Gone", metadata: { name: NAME } },
  }], { kind: "Missing" });
  const { code, report } = await planned(s.cluster, [{
    ...graph.object(missing),
    metadata: { name: `missing-${s.namespace}` },
  }]);
  assert.equal(code, 2);
  assert.match(report.graphs[0]?.problems.join() ?? "", /Gone/);
});
