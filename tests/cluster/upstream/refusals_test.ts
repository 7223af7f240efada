// Tests of objects that the API server rejects, and of accepted objects with an unusual shape.
import assert from "node:assert/strict";
import {
  condition,
  configMap,
  crdOf,
  crdPlace,
  eventually,
  type GraphSpec,
  installCrd,
  inState,
  NAME,
  type Scenario,
  scenario,
} from "../../support/cluster/mod.ts";

const POLICY = "admissionregistration.k8s.io";

/**
 * Creates an admission policy that rejects ConfigMaps with the annotation `deny-me` in the test's
 * namespace. The returned function removes the policy.
 */
async function denying({ cluster, namespace }: Scenario): Promise<() => Promise<void>> {
  const head = { apiVersion: `${POLICY}/v1`, metadata: { name: namespace } };
  const matchLabels = { "kubernetes.io/metadata.name": namespace };
  const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };
  await cluster.create({
    ...head,
    kind: "ValidatingAdmissionPolicy",
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ ...rule, operations: ["CREATE", "UPDATE"] }] },
      validations: [{
        expression: "object.metadata.?annotations['deny-me'].orValue('') != 'true'",
        message: "ConfigMaps with annotation deny-me=true are not allowed by policy",
      }],
    },
  });
  await cluster.create({
    ...head,
    kind: "ValidatingAdmissionPolicyBinding",
    spec: {
      policyName: namespace,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector: { matchLabels } },
    },
  });
  // Applies a ConfigMap repeatedly until the policy rejects it, because the API server loads policies with a
  // delay.
  const metadata = { name: "probe", annotations: { "deny-me": "true" } };
  const probe = { apiVersion: "v1", kind: "ConfigMap", metadata };
  const isDenied = () => cluster.apply(probe).then(() => false, () => true);
  await eventually("the policy in force", isDenied);
  return async () => {
    await cluster.delete({ kind: `ValidatingAdmissionPolicyBinding.${POLICY}`, name: namespace });
    await cluster.delete({ kind: `ValidatingAdmissionPolicy.${POLICY}`, name: namespace });
  };
}

scenario(
  "webhook_denial:57",
  "an instance reports a policy's denial, and recovers when the policy is deleted",
  async (s) => {
    const allow = await denying(s);
    let isDenied = true;
    try {
      const metadata = { name: "${schema.metadata.name}", annotations: { "deny-me": "true" } };
      const template = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: "value" } };
      const graph = await s.graph({ kind: "Denied", resources: [{ id: "config", template }] });
      await graph.create("app");
      const denied = await s.cluster.until(
        graph.instance("app"),
        (o) => o.status?.state === "ERROR",
      );
      const { status, reason, message } = condition(denied, "ResourcesReady");
      assert.deepEqual([status, reason], ["False", "NotReady"]);
      assert.match(message, /deny-me=true are not allowed by policy/);
      assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "app" }), undefined);
      await allow();
      isDenied = false;
      await graph.active("app");
      assert.deepEqual((await s.cluster.get({ kind: "ConfigMap", name: "app" })).data, {
        key: "value",
      });
    } finally {
      if (isDenied) await allow();
    }
  },
);

scenario(
  "reconcile_error_metrics:61",
  "an object that the API server rejects is reported, but not counted as an error",
  async (s) => {
    const metadata = { name: "${schema.metadata.name}", namespace: "does-not-exist" };
    const template = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { managed: "yes" } };
    const graph = await s.graph({ kind: "Refused", resources: [{ id: "config", template }] });
    await graph.create("app");
    const refused = await inState(s, graph.instance("app"), "ERROR", "does-not-exist");
    assert.equal(condition(refused, "Ready").status, "False");
    const counted = async (metric: string) => {
      const line = (await s.controller.metrics()).split("\n").find((l) =>
        l.startsWith(`${metric}{`) && l.includes(graph.apiVersion)
      );
      return Number(line?.split(" ").at(-1) ?? 0);
    };
    await eventually(
      "the object is applied again",
      async () => await counted("instance_reconcile_total") >= 3,
    );
    assert.equal(await counted("instance_reconcile_errors_total"), 0);
  },
);

/** Returns an RGD that defines `kind` and contains one Widget of this API version. */
const shaped = (kind: string, apiVersion: string): GraphSpec => ({
  kind,
  resources: [{
    id: "widget",
    template: {
      apiVersion,
      kind: "Widget",
      metadata: { name: "${schema.metadata.name}-widget" },
      spec: { size: "large" },
    },
  }],
});

const WIDGET = { spec: { type: "object", properties: { size: { type: "string" } } } };

async function applied(s: Scenario, version: string): Promise<void> {
  const { kind, apiVersion } = await installCrd(s.cluster, "Widget", WIDGET, { version });
  const graph = await s.graph(shaped("Shaped", apiVersion));
  await graph.create("app");
  await graph.active("app");
  const widget = await s.cluster.get({ kind, name: "app-widget" });
  assert.deepEqual([widget.apiVersion, widget.spec], [apiVersion, { size: "large" }]);
}

scenario(
  "resource_shape_compatibility:113",
  "an object whose API version contains a date is applied",
  (s) => applied(s, "v1api20200601"),
);

scenario(
  "resource_shape_compatibility:115",
  "an object whose API version contains a patch level is applied",
  (s) => applied(s, "v1p1beta1"),
);

scenario(
  "resource_shape_compatibility:118",
  "an external reference to an object with such a version resolves",
  async (s) => {
    const { apiVersion } = await installCrd(s.cluster, "Widget", WIDGET, {
      version: "v1api20200601",
    });
    const widget = { apiVersion, kind: "Widget", metadata: { name: "existing" } };
    await s.cluster.apply({ ...widget, spec: { size: "small" } });
    const { metadata } = widget;
    const graph = await s.graph({
      kind: "Referring",
      resources: [
        {
          id: "widget",
          externalRef: { ...widget, metadata: { ...metadata, namespace: s.namespace } },
        },
        configMap("config", NAME, { size: "${widget.spec.size}" }),
      ],
    });
    await graph.create("app");
    await graph.active("app");
    const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app" });
    assert.deepEqual(data, { size: "small" });
  },
);

scenario("resource_shape_compatibility:186", "a CRD can be an object of a graph", async (s) => {
  const group = `${s.namespace}.example.net`;
  const properties = {
    spec: {
      type: "object",
      description: "What is wanted.",
      properties: { size: { type: "string", description: "How large." } },
    },
    status: { type: "object", properties: { ready: { type: "boolean" } } },
  };
  const template = crdOf("Gadget", group, "v1alpha1", properties);
  const graph = await s.graph({ kind: "Templated", resources: [{ id: "gadgets", template }] });
  await graph.create("app");
  await graph.active("app");
  const at = crdPlace(`Gadget.${group}`);
  const made = await s.cluster.get(at);
  assert.equal(made.spec.names.kind, "Gadget");
  const { spec } = made.spec.versions[0].schema.openAPIV3Schema.properties;
  assert.deepEqual(spec, properties.spec);
  await s.cluster.delete(graph.instance("app"));
  await s.cluster.untilGone(at);
});

scenario(
  "resource_shape_compatibility:289",
  "a namespace expression that evaluates to an empty string is reported as a missing namespace",
  async (s) => {
    const metadata = { name: "app-config", namespace: "${schema.spec.target}" };
    const template = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { managed: "yes" } };
    const graph = await s.graph({
      kind: "Unplaced",
      schema: { scope: "Cluster" },
      spec: { target: "string" },
      resources: [{ id: "config", template }],
    });
    await graph.create("app", { target: "" });
    const app = await s.cluster.until(graph.instance("app"), (o) => o.status?.state === "ERROR");
    const { message } = condition(app, "ResourcesReady");
    assert.match(message, /"config".*metadata\.namespace/);
    await s.cluster.patch(graph.instance("app"), { spec: { target: s.namespace } });
    await graph.active("app");
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["app-config"]);
  },
);
