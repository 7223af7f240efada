// Tests of expressions in templates: functions, comprehensions, unknown fields and omit().
import assert from "node:assert/strict";
import {
  ANY_VALUE,
  configMap,
  type GraphSpec,
  installCrd,
  type Live,
  NAME,
  scenario,
  serviceAccount,
} from "../../support/cluster/mod.ts";

scenario("format:33", "format() inserts values into a string", async (s) => {
  const key = '${"%s:%s".format([schema.metadata.namespace, account.metadata.name])}';
  const graph = await s.graph({
    kind: "Format",
    resources: [
      serviceAccount("account", "${schema.metadata.name}"),
      configMap("config", NAME, { key }),
    ],
  });
  const { status } = await s.cluster.get(graph.rgd);
  assert.deepEqual(status.topologicalOrder, ["account", "config"]);
  await graph.create("app");
  await graph.active("app");
  const { data } = await s.cluster.get({ kind: "ConfigMap", name: "app" });
  assert.deepEqual(data, { key: `${s.namespace}:app` });
});

scenario("two_var_comprehensions:34", "two-variable comprehensions are evaluated", async (s) => {
  const data = {
    map: "${string({'a': 1, 'b': 2}.transformMap(k, v, v + 10)['a'])}",
    entry: "${string(['x', 'y'].transformMapEntry(i, v, {v: string(i)})['x'])}",
    list: "${string({'p': 1, 'q': 2, 'r': 3}.transformList(k, v, k).size())}",
    filtered: "${string([10, 20, 30].transformMap(i, v, i > 0, v * 2).size())}",
  };
  const graph = await s.graph({
    kind: "Comprehended",
    spec: { name: "string" },
    resources: [configMap("config", "${schema.spec.name}", data)],
  });
  await graph.create("app", { name: "numbers" });
  await graph.active("app");
  const made = await s.cluster.get({ kind: "ConfigMap", name: "numbers" });
  assert.deepEqual(made.data, { map: "11", entry: "0", list: "3", filtered: "2" });
});

scenario(
  "unknown_fields:55",
  "fields without a schema resolve, and absent ones resolve to nothing",
  async (s) => {
    const string = { type: "string" };
    const anything = { type: "object", additionalProperties: ANY_VALUE };
    const loose = await installCrd(s.cluster, "AllowUnknown", {
      spec: {
        type: "object",
        properties: {
          static: {
            type: "object",
            properties: {
              key: string,
              key2: string,
              key3: string,
              key4: string,
              key5: { ...ANY_VALUE, type: "object" },
              key6: { ...ANY_VALUE, type: "object" },
            },
          },
          config: { ...ANY_VALUE, type: "object" },
          anyMap: anything,
        },
      },
      status: { type: "object", properties: { additional: anything } },
    });
    const head = { apiVersion: loose.apiVersion, kind: "AllowUnknown" };
    const there = { kind: loose.kind, name: "existing" };
    await s.cluster.apply({
      ...head,
      metadata: { name: "existing" },
      spec: { config: { foo: "bar" } },
    });
    await s.cluster.patchStatus(there, { additional: { key: "value" } });
    const external = { ...head, metadata: { name: "existing" } };
    const graph = await s.graph({
      kind: "Unknowing",
      spec: { name: "string", nested: "object" },
      resources: [
        {
          id: "example",
          template: {
            ...head,
            metadata: { name: "${schema.spec.name}" },
            spec: {
              config: { foo: "bar" },
              static: {
                key: "${external.status.additional.key}",
                key2: "${external.status.additional.?key}",
                key3: "${external.spec.config.foo}",
                key4: "${external.spec.config.?foo}",
                key5: "${external.spec.config}",
                key6: "${external.status.additional}",
              },
              anyMap: { key: "${external.status.additional.?key}" },
            },
          },
        },
        {
          id: "config",
          template: {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: {
              name: "read",
              annotations: {
                map: "${example.spec.anyMap.?key}",
                nested: "${schema.spec.nested.?field}",
              },
            },
            data: {
              foo: "${example.spec.config.foo}",
              name: "${schema.spec.name}",
              nested: "${schema.spec.nested.field}",
              optionalNested: "${schema.spec.nested.?field}",
              map: "${example.spec.anyMap.key}",
              absent: "${example.spec.anyMap.?abc}",
              optionalStatus: "${external.status.additional.?key}",
              status: "${external.status.additional.key}",
            },
          },
        },
        { id: "external", externalRef: external },
      ],
    });
    await graph.create("app", { name: "made", nested: { field: "deep" } });
    await graph.active("app");
    const made = await s.cluster.get({ kind: loose.kind, name: "made" });
    assert.deepEqual(made.spec, {
      config: { foo: "bar" },
      static: {
        key: "value",
        key2: "value",
        key3: "bar",
        key4: "bar",
        key5: { foo: "bar" },
        key6: { key: "value" },
      },
      anyMap: { key: "value" },
    });
    const { data: { absent = "", ...data }, metadata } = await s.cluster.get({
      kind: "ConfigMap",
      name: "read",
    });
    assert.equal(absent, "");
    assert.deepEqual(data, {
      foo: "bar",
      name: "made",
      nested: "deep",
      optionalNested: "deep",
      map: "value",
      optionalStatus: "value",
      status: "value",
    });
    assert.deepEqual([metadata.annotations.map, metadata.annotations.nested], ["value", "deep"]);
  },
);

scenario(
  "unknown_fields:311",
  "a graph projects the whole status of another graph's instance",
  async (s) => {
    const inner = await s.graph({
      kind: "Inner",
      spec: { name: "string" },
      status: { ref: "${config.metadata.name}", labels: "${config.metadata.labels}" },
      resources: [configMap("config", "${schema.spec.name}")],
    });
    const outer = await s.graph({
      kind: "Outer",
      spec: { name: "string" },
      status: { inner: "${inner.status}" },
      resources: [{
        id: "inner",
        template: {
          apiVersion: inner.apiVersion,
          kind: "Inner",
          metadata: { name: "inner-${schema.spec.name}" },
          spec: { name: "${schema.spec.name}" },
        },
        readyWhen: ["${inner.status.state == 'ACTIVE'}"],
      }],
    });
    await outer.create("app", { name: "x" });
    const app = await outer.active("app", (o) => o.status.inner?.state === "ACTIVE");
    assert.equal(app.status.inner.ref, "x");
    assert.equal(app.status.inner.labels["kro.run/instance-name"], "inner-x");
  },
);

const optional = (kind: string, resources: GraphSpec["resources"]): GraphSpec => ({
  kind,
  spec: { name: "string", optional: 'string | default=""' },
  resources,
});
const value = '${schema.spec.optional != "" ? schema.spec.optional : omit()}';

scenario("omit:55", "omit() leaves out a field, and removes one that was set", async (s) => {
  const config = configMap("config", "${schema.spec.name}", { always: "here", optional: value });
  const graph = await s.graph(optional("Omitted", [config]));
  const data = async (name: string) => (await s.cluster.get({ kind: "ConfigMap", name })).data;
  await graph.create("a", { name: "a", optional: "" });
  await graph.active("a");
  assert.deepEqual(await data("a"), { always: "here" });
  for (const optional of ["now", ""]) {
    await s.cluster.patch(graph.instance("a"), { spec: { optional } });
    await graph.active("a");
    assert.deepEqual(await data("a"), { always: "here", ...(optional ? { optional } : {}) });
  }
  await graph.create("b", { name: "b", optional: "set" });
  await graph.active("b");
  assert.deepEqual(await data("b"), { always: "here", optional: "set" });
});

scenario("omit:220", "omit() leaves out an element of a list", async (s) => {
  const container = { name: "main", image: "busybox", command: ["echo", value] };
  const template = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "${schema.spec.name}" },
    spec: { containers: [container] },
  };
  const graph = await s.graph(optional("OmittedItem", [{ id: "pod", template }]));
  const command = ({ spec: { containers } }: Live) => containers.map((c: Live) => c.command);
  for (const [name, optional] of [["a", ""], ["b", "hello"]]) {
    await graph.create(name!, { name: name!, optional: optional! });
    await graph.active(name!);
    const pod = await s.cluster.get({ kind: "Pod", name: name! });
    assert.deepEqual(command(pod), [["echo", ...(optional ? [optional] : [])]]);
  }
});
