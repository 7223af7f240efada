/**
 * Tests of an instance's lifecycle while other controllers and users change its objects. The
 * periodic requeue is off, so that only watch events start a reconciliation.
 */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/api/mod.ts";
import {
  ANY_VALUE,
  condition,
  configMap,
  crdPlace,
  deployment,
  eventually,
  installCrd,
  inState,
  kroTest,
  type Live,
  NAME,
  service,
  serviceAccount,
  viewed,
} from "../../support/cluster/mod.ts";

kroTest(
  "an instance that is deleted and recreated at once gets new objects",
  async (s) => {
    const graph = await s.graph({
      kind: "Phoenix",
      spec: { value: "string" },
      resources: [configMap("cm", `${NAME}-cm`, { value: "${schema.spec.value}" })],
    });
    await graph.create("one", { value: "first" });
    const first = await graph.active("one");
    await s.cluster.remove(graph.instance("one"));
    await graph.create("one", { value: "second" });
    const second = await graph.active("one");
    assert.notEqual(second.metadata.uid, first.metadata.uid);
    const { data, metadata } = await s.cluster.get({ kind: "ConfigMap", name: "one-cm" });
    assert.equal(data.value, "second");
    assert.equal(metadata.labels["kro.run/instance-id"], second.metadata.uid);
  },
);

kroTest(
  "an instance that exists before its RGD is reconciled once the RGD is applied",
  async (s) => {
    const spec = { kind: "Early", resources: [configMap("cm", `${NAME}-cm`)] };
    const graph = await s.graph(spec);
    await s.cluster.remove(graph.rgd);
    await graph.create("one");
    await s.idle();
    assert.equal(await s.cluster.find({ kind: "ConfigMap", name: "one-cm" }), undefined);
    await s.apply(spec, graph.rgd.name);
    await graph.active("one");
    await s.cluster.get({ kind: "ConfigMap", name: "one-cm" });
  },
  { controller: { allowCrdDeletion: false } },
);

kroTest("an existing instance gets the default of a field that the RGD adds", async (s) => {
  const levels = (spec: JsonObject, data: JsonObject) => ({
    kind: "Leveled",
    spec: { size: "integer | default=1", ...spec },
    resources: [configMap("cm", `${NAME}-cm`, data)],
  });
  const graph = await s.graph(levels({}, {}));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  const next = levels({ level: 'string | default="high"' }, { level: "${schema.spec.level}" });
  await graph.change(next);
  const at = { kind: "ConfigMap", name: "one-cm" };
  await s.cluster.until(at, ({ data }) => data?.level === "high");
  await graph.active("one");
});

kroTest("deleting a namespace deletes its instances", async (s) => {
  const namespace = `${s.namespace}-2`;
  await s.cluster.createNamespace(namespace);
  const graph = await s.graph({
    kind: "Doomed",
    resources: [
      configMap("a", `${NAME}-a`),
      configMap("b", `${NAME}-b`, { a: "${a.metadata.name}" }),
    ],
  });
  await graph.create("one", {}, { namespace });
  await s.cluster.until(graph.instance("one", namespace), (o) => o.status?.state === "ACTIVE");
  await s.cluster.remove({ kind: "Namespace", name: namespace });
});

kroTest(
  "an instance recovers when a kind that it uses is deleted and installed again",
  async (s) => {
    const properties = { spec: { ...ANY_VALUE, type: "object" } };
    const gadget = await installCrd(s.cluster, "Gadget", properties);
    const place = crdPlace(gadget.kind);
    const graph = await s.graph({
      kind: "Holder",
      resources: [
        {
          id: "gadgets",
          forEach: [{ n: "${['a', 'b']}" }],
          template: {
            apiVersion: gadget.apiVersion,
            kind: "Gadget",
            metadata: { name: `${NAME}-\${n}` },
            spec: { n: "${n}" },
          },
        },
        serviceAccount("account", NAME),
      ],
    });
    await graph.create("one");
    await graph.active("one");
    await s.cluster.remove(place);
    await s.cluster.until(graph.instance("one"), (o) => o.status.state !== "ACTIVE");
    await installCrd(s.cluster, "Gadget", properties);
    await graph.active("one");
    assert.equal((await s.cluster.list(gadget.kind)).length, 2);
    await s.cluster.remove(graph.instance("one"));
    await s.cluster.delete(place);
  },
);

kroTest(
  "a blocked deletion names the finalizer, also after a restart, and continues once it is removed",
  async (s) => {
    const graph = await s.graph({
      kind: "Held",
      resources: [
        configMap("below", `${NAME}-below`),
        configMap("above", `${NAME}-above`, { below: "${below.metadata.name}" }),
      ],
    });
    await graph.create("one");
    await graph.active("one");
    const above = { kind: "ConfigMap", name: "one-above" };
    await s.cluster.patch(above, { metadata: { finalizers: ["example.com/hold"] } });
    await s.cluster.delete(graph.instance("one"));
    const says = `waiting for ConfigMap ${s.namespace}/one-above (finalizers: example.com/hold)`;
    const reported = () =>
      s.cluster.until(graph.instance("one"), (o) =>
        o.status.state === "DELETING" &&
        condition(o, "ResourcesReady").message.includes(says));
    await reported();
    await s.restart();
    await reported();
    assert.deepEqual(
      await s.cluster.names("ConfigMap"),
      ["one-above", "one-below"],
      "the next wave waits",
    );
    await s.cluster.patch(above, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.instance("one"));
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  },
);

kroTest(
  "a deletion that a restart interrupts waits for an object whose labels were all removed",
  async (s) => {
    const graph = await s.graph({
      kind: "Stripped",
      resources: [
        configMap("below", `${NAME}-below`),
        configMap("above", `${NAME}-above`, { below: "${below.metadata.name}" }),
      ],
    });
    await graph.create("one");
    await graph.active("one");
    const above = { kind: "ConfigMap", name: "one-above" };
    const { metadata } = await s.cluster.get(above);
    const labels = Object.fromEntries(Object.keys(metadata.labels).map((key) => [key, null]));
    await s.cluster.patch(above, { metadata: { finalizers: ["example.com/hold"] } });
    await s.cluster.delete(graph.instance("one"));
    await s.cluster.until(above, (o) => o.metadata.deletionTimestamp !== undefined);
    await s.cluster.patch(above, { metadata: { labels } });
    await s.restart();
    await viewed(s, graph, "one", "a pass of the new process", (view) => view.lastPass);
    assert.deepEqual(await s.cluster.names("ConfigMap"), ["one-above", "one-below"]);
    await s.cluster.patch(above, { metadata: { finalizers: null } });
    await s.cluster.untilGone(graph.instance("one"));
    assert.deepEqual(await s.cluster.names("ConfigMap"), []);
  },
  { controller: { instanceRequeueMs: 200 } },
);

kroTest("a Job's pods go with it when the Job is pruned or deleted", async (s) => {
  const job: JsonObject = {
    id: "job",
    includeWhen: ["${schema.spec.on}"],
    template: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: NAME },
      spec: {
        template: {
          spec: { restartPolicy: "Never", containers: [{ name: "a", image: "b" }] },
        },
      },
    },
  };
  const graph = await s.graph({ kind: "Task", spec: { on: "boolean" }, resources: [job] });
  const pods = async (count: number) =>
    await eventually(`${count} pods`, async () => (await s.cluster.list("Pod")).length === count);
  await graph.create("one", { on: true });
  await graph.active("one");
  await pods(1);
  await s.cluster.patch(graph.instance("one"), { spec: { on: false } });
  await graph.active("one");
  await pods(0);
  await s.cluster.patch(graph.instance("one"), { spec: { on: true } });
  await pods(1);
  await s.cluster.remove(graph.instance("one"));
  await pods(0);
});

kroTest(
  "EndpointSlices with copied labels are not members, even when the instance owns another EndpointSlice",
  async (s) => {
    const slice = {
      id: "slice",
      template: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: `${NAME}-own` },
        addressType: "IPv4",
        endpoints: [{ addresses: ["10.1.2.3"] }],
      },
    };
    const graph = await s.graph({
      kind: "Front",
      spec: { more: "boolean" },
      resources: [
        service("svc", NAME),
        slice,
        configMap("extra", `${NAME}-extra`, {}, { includeWhen: ["${schema.spec.more}"] }),
      ],
    });
    await graph.create("one", { more: true });
    await graph.active("one");
    const copied = () =>
      eventually("the copied slice", async () => {
        const slices = await s.cluster.list(
          "EndpointSlice.discovery.k8s.io",
          "kro.run/node-id=svc,applyset.kubernetes.io/part-of",
        );
        return slices[0] as Live;
      });
    const before = await copied();
    await s.cluster.patch(graph.instance("one"), { spec: { more: false } });
    await graph.active("one");
    await s.cluster.untilGone({ kind: "ConfigMap", name: "one-extra" });
    await s.idle();
    assert.equal((await copied()).metadata.uid, before.metadata.uid);
    await s.cluster.remove(graph.instance("one"));
    assert.equal(
      await s.cluster.find({ kind: "EndpointSlice.discovery.k8s.io", name: "one-own" }),
      undefined,
    );
  },
);

kroTest(
  "kro does not change fields that the template omits, such as replicas",
  async (s) => {
    const node = deployment("web", NAME);
    delete ((node.template as JsonObject).spec as JsonObject).replicas;
    const graph = await s.graph({
      kind: "Scaled",
      spec: { note: "string | default=a" },
      resources: [node, configMap("cm", `${NAME}-cm`, { note: "${schema.spec.note}" })],
    });
    await graph.create("one");
    await graph.active("one");
    const web = { kind: "Deployment.apps", name: "one" };
    await s.cluster.patch(web, { spec: { replicas: 3 } });
    await s.cluster.patch(graph.instance("one"), { spec: { note: "b" } });
    await graph.active("one");
    await s.idle();
    assert.equal((await s.cluster.get(web)).spec.replicas, 3);
  },
);

kroTest("an object without an owner is adopted, and the controller's view shows it", async (s) => {
  await s.cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "one-cm", labels: { team: "blue" } },
    data: { theirs: "1", value: "old" },
  });
  const graph = await s.graph({
    kind: "Adopter",
    resources: [configMap("cm", `${NAME}-cm`, { value: "new" })],
  });
  await graph.create("one");
  await graph.active("one");
  const { data, metadata } = await s.cluster.get({ kind: "ConfigMap", name: "one-cm" });
  assert.deepEqual(data, { theirs: "1", value: "new" });
  assert.equal(metadata.labels.team, "blue");
  await s.cluster.annotate(graph.instance("one"), { "kro.run/reconcile": "suspended" });
  await s.cluster.until(
    graph.instance("one"),
    (o) => condition(o, "Ready").reason === "ReconciliationSuspended",
  );
  await s.cluster.annotate(graph.instance("one"), { "kro.run/reconcile": null });
  await graph.active("one", (o) => condition(o, "Ready").status === "True");
  // The controller's view must keep reporting the object as adopted, although each later reconciliation finds
  // that the instance owns the object.
  await viewed(s, graph, "one", "adopted", ({ nodes }) => nodes[0]?.objects[0]?.adopted);
  await s.cluster.delete(graph.instance("one"));
  await s.cluster.untilGone({ kind: "ConfigMap", name: "one-cm" });
});

kroTest(
  "conditions and other status fields are written although one status expression fails",
  async (s) => {
    const graph = await s.graph({
      kind: "Half",
      spec: { text: "string" },
      status: { number: "${int(cm.data.text)}", text: "${cm.data.text}" },
      resources: [configMap("cm", `${NAME}-cm`, { text: "${schema.spec.text}" })],
    });
    await graph.create("one", { text: "no number" });
    const at = graph.instance("one");
    const { status } = await inState(s, at, "ERROR");
    assert.equal(status.text, "no number");
    assert.equal(status.number, undefined);
    assert.match(
      condition({ status }, "GraphResolved").message,
      /status\.number: eval "int\(cm\.data\.text\)"/,
    );
    await s.cluster.patch(at, { spec: { text: "7" } });
    await graph.active("one", (o) => o.status.number === 7);
  },
);

kroTest(
  "a renumbered port of a Service is repaired, and a later template can still drop it",
  async (s) => {
    const ports = (second: boolean): JsonObject[] => [
      { name: "http", port: 80 },
      ...(second ? [{ name: "admin", port: 90 }] : []),
    ];
    const spec = (second: boolean) => {
      const node = service("svc", NAME);
      ((node.template as JsonObject).spec as JsonObject).ports = ports(second);
      return { kind: "Ported", resources: [node] };
    };
    const graph = await s.graph(spec(true));
    await graph.create("one");
    await graph.active("one");
    const at = { kind: "Service", name: "one" };
    const seen = (o: Live) => o.spec.ports.map((p: Live) => `${p.name}:${p.port}`).sort().join();
    const live = await s.cluster.get(at);
    for (const port of live.spec.ports) port.port += 1;
    await s.cluster.replace(at, live);
    const repaired = await s.cluster.until(at, (o) => seen(o) === "admin:90,http:80");
    const managers = (o: Live) => o.metadata.managedFields.map((m: Live) => m.manager);
    await s.cluster.until(at, (o) => !managers(o).includes("kro.run/replaced"));
    await graph.active("one");
    assert.equal(repaired.metadata.uid, live.metadata.uid);
    await graph.change(spec(false));
    await s.cluster.until(at, (o) => seen(o) === "http:80");
  },
);
