/**
 * Tests of the explanations of `kro why` for values: where the value of a field comes from, who owns the
 * field, and how a user names it.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  explanationText,
  fieldOwners,
  parsePath,
  UnknownSubject,
  why,
} from "../../../src/explain/mod.ts";
import { ObservedInstance } from "../../support/observation.ts";
import { configMap, graphOf, rgd, SPEC } from "../graph/fixtures.ts";
import { graph, lines, shop } from "./why_fixtures.ts";

Deno.test("an object of a collection names its element of forEach", async () => {
  const observation = await shop();
  assert.deepEqual(lines(observation, "many"), [
    'node "many" (2 ConfigMap objects) is ready',
    "  the node has no includeWhen, so every instance has the node",
    '  forEach n in ${schema.spec.names} has 2 elements: ["a","b"]',
    '    schema.spec.names = ["a","b"], set by kubectl',
    '  many[0] is ConfigMap default/m-a: n="a"',
    '  many[1] is ConfigMap default/m-b: n="b"',
  ]);
  assert.deepEqual(lines(observation, "many[1].data.a"), [
    'many[1].data.a = "b" in ConfigMap default/m-b',
    "  computed by ${n}",
    '    n = "b", an element of ${schema.spec.names}',
    '      schema.spec.names = ["a","b"], set by kubectl',
    "  only kro owns this field",
  ]);
  assert.deepEqual(lines(observation, "many[1]"), [
    'many[1] is ConfigMap default/m-b: n="b"',
    '  forEach n in ${schema.spec.names} has 2 elements: ["a","b"]',
    '    schema.spec.names = ["a","b"], set by kubectl',
  ]);
});

Deno.test("a value leads back to the spec of the instance, to a literal or to a manager", async () => {
  const observation = await shop();
  assert.deepEqual(lines(observation, "status.url"), [
    'status.url = "shop!" in Demo default/corner',
    "  computed by ${one.data.a}",
    '    one.data.a = "shop!"',
    "      computed by ${schema.spec.name + '!'}",
    '        schema.spec.name = "shop", set by kubectl',
  ]);
  assert.deepEqual(lines(observation, "one.data.b"), [
    'one.data.b = "fixed" in ConfigMap default/one-shop',
    "  the graph sets this value literally",
    "  only kro owns this field",
  ]);
  assert.deepEqual(lines(observation, "schema.spec.name"), [
    'spec.name = "shop" in Demo default/corner',
    "  set by kubectl (Update)",
  ]);
  assert.equal(lines(observation, "opt.data.a")[1], "  includeWhen ${schema.spec.flag} is false");
  const found = why(observation, "app.spec.replicas");
  assert.deepEqual([found.value, found.path, found.node], [3, "app.spec.replicas", "app"]);
});

Deno.test("an index of a collection is the place in the expansion", async () => {
  const observation = await shop();
  const [, second] = observation.objects.get("many")!;
  const objects = new Map([...observation.objects, ["many", [second!]]]);
  const found = lines({ ...observation, objects }, "many[1].data.a");
  assert.equal(found[0], 'many[1].data.a = "b" in ConfigMap default/m-b');
  assert.throws(
    () => why({ ...observation, objects }, "many[0].data.a"),
    /many\[0\] does not exist: name one of its objects, many\[1\] to many\[1\]/,
  );
});

Deno.test("the origin of a value of the instance is its manager, its graph or a default", async () => {
  const observation = await shop();
  const { instance } = observation;
  const entry = (manager: string, operation: "Apply" | "Update") => ({
    manager,
    operation,
    fieldsV1: { "f:spec": { "f:count": {} } },
  });
  const applied = (spec: unknown) => ({
    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ spec }),
  });
  const labels = {
    "kro.run/node-id": "db",
    "kro.run/instance-kind": "Web",
    "kro.run/instance-name": "w",
    "kro.run/instance-namespace": "ns",
  };
  const byKro = entry("kro.run/applyset", "Apply");
  const cases: [KubeObject["metadata"], count: number, origin: string][] = [
    [{ managedFields: [entry("create", "Update")] }, 3, "the default of the graph's schema"],
    [{ managedFields: [entry("create", "Update")] }, 4, "set by create"],
    [{ managedFields: [entry("argo", "Apply")] }, 3, "set by argo"],
    [
      { managedFields: [entry("k", "Update")], annotations: applied({ count: 3 }) },
      3,
      "set by k",
    ],
    [
      { managedFields: [entry("k", "Update")], annotations: applied({}) },
      3,
      "the default of the graph's schema",
    ],
    [{ managedFields: [byKro], labels }, 4, 'set by node "db" of Web ns/w'],
    [{ managedFields: [] }, 4, "from the instance"],
  ];
  for (const [metadata, count, origin] of cases) {
    const edited = {
      ...instance,
      metadata: { ...instance.metadata, ...metadata },
      spec: { ...instance.spec as object, count },
    };
    const found = lines({ ...observation, instance: edited }, "app.spec.replicas");
    assert.equal(found[2], `    schema.spec.count = ${count}, ${origin}`);
  }
});

Deno.test("status.state is explained by what the instance waits for", async () => {
  const found = lines(await shop(), "status.state");
  assert.deepEqual(found.slice(0, 3), [
    'status.state = "IN_PROGRESS" in Demo default/corner',
    "  kro writes this field of the status",
    "  Demo default/corner is not ready: IN_PROGRESS",
  ]);
});

Deno.test("another manager of a field is named, and so is a value that it has changed", async () => {
  const instance = new ObservedInstance(graph, { name: "shop", flag: true, names: [] });
  const observation = await instance.observe();
  const object = observation.objects.get("one")![0]!;
  const managedFields = [
    ...object.metadata.managedFields ?? [],
    {
      manager: "scaler",
      operation: "Update" as const,
      time: "2000-01-01T00:00:00Z",
      fieldsV1: { "f:data": { "f:a": {} } },
    },
  ];
  const edited = {
    ...object,
    data: { a: "mine", b: "fixed" },
    metadata: { ...object.metadata, managedFields },
  };
  const changed = { ...observation, objects: new Map([...observation.objects, ["one", [edited]]]) };
  const text = explanationText(why(changed, "one.data.a"), { age: (time) => `at ${time}` });
  assert.match(text, /the expression gives "shop!", which differs from the live value/);
  assert.match(text, /scaler \(Update\) owns this field as well \(at 2000-01-01T00:00:00Z\)/);
});

/** A graph in which a ConfigMap and the status depend on a Secret. */
const secretive = await graphOf(rgd({ spec: SPEC, status: { copy: "${reader.data.a}" } }, [
  {
    id: "secret",
    template: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      stringData: { password: "${schema.spec.name}" },
    },
  },
  configMap(
    "reader",
    { data: { a: "${string(secret.data.password)}", b: "${schema.spec.name + 'x'}", c: "fixed" } },
    { name: "reader" },
  ),
]));

Deno.test("no explanation contains the value of a Secret", async () => {
  const instance = new ObservedInstance(secretive, { name: "hunter22", names: [] });
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    type: "Warning",
    reason: "Bad",
    message: "cannot use hunter22",
  };
  const observation = await instance.observe({ events: () => [event as KubeObject] });
  for (const subject of ["secret.data.password", "secret.data", "reader.data.a", "status.copy"]) {
    const found = why(observation, subject);
    const text = explanationText(found) + JSON.stringify(found);
    assert.doesNotMatch(text, /hunter22|aHVudGVyMjI=/, subject);
    assert.match(text, /\(hidden\)/, subject);
    assert.equal(found.hidden, true, subject);
  }
  assert.equal(why(observation, "reader.data.c").value, "fixed");
  assert.equal(why(observation, "secret.metadata.name").value, "s");
  const nodes = observation.nodes.map((node) => ({ ...node, state: "Deleting" as const }));
  const conditions = [{ type: "Ready", status: "False", message: "the password is hunter22" }];
  const objects = new Map(
    [...observation.objects].map(([id, all]) =>
      [id, all.map((each) => ({ ...each, status: { conditions } }))] as const
    ),
  );
  const text = explanationText(why({ ...observation, nodes, objects }));
  assert.match(text, /the password is \(hidden\)/);
  assert.doesNotMatch(text, /hunter22/);
});

Deno.test("an unknown node, field or object is refused with a suggestion", async () => {
  const observation = await shop();
  const cases: [string, RegExp][] = [
    ["oen", /has no node "oen"; did you mean "one"\?/],
    ["zzzzzz", /its nodes are one, opt/],
    ["one.dta", /^ConfigMap has no field "dta"; did you mean "data"\?$/],
    ["app.spec.replica", /^Deployment\.spec has no field "replica"; did you mean "replicas"\?$/],
    ["many.data", /"many" is a collection: name one of its objects, many\[0\] to many\[1\]/],
    ["many[7].data", /many\[7\] does not exist/],
    ["one[0].data", /leave out \[0\]/],
    ["a..b", /is not NODE or NODE\.field\.path/],
    ["status.ur", /did you mean "url"/],
  ];
  for (const [subject, message] of cases) {
    assert.throws(() => why(observation, subject), (error) => {
      assert.ok(error instanceof UnknownSubject, subject);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("paths are parsed as users type them", () => {
  assert.deepEqual(parsePath("a.b[0].c"), ["a", "b", 0, "c"]);
  assert.deepEqual(parsePath(`a["x.y"]['z"']`), ["a", "x.y", 'z"']);
  assert.deepEqual(parsePath("a.kro.run/x"), ["a", "kro", "run/x"]);
  for (const bad of ["", ".a", "a.", "a..b", "a[", "a[x]", 'a["b']) {
    assert.equal(parsePath(bad), undefined, bad);
  }
});

Deno.test("the owners of list elements are found by key, value and index", () => {
  const entry = (manager: string, fieldsV1: never) => ({
    manager,
    operation: "Update" as const,
    fieldsV1,
  });
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      finalizers: ["a/b"],
      managedFields: [
        entry("keys", {
          "f:spec": { "f:containers": { 'k:{"name":"b"}': { ".": {}, "f:image": {} } } },
        } as never),
        entry("set", { "f:metadata": { "f:finalizers": { ".": {}, 'v:"a/b"': {} } } } as never),
        entry("whole", { "f:spec": { "f:args": {} } } as never),
      ],
    },
    spec: { containers: [{ name: "a" }, { name: "b", image: "x" }], args: ["x"] },
  } as KubeObject;
  const names = (...path: (string | number)[]) => fieldOwners(object, path).map((o) => o.manager);
  assert.deepEqual(names("spec", "containers", 1, "image"), ["keys"]);
  assert.deepEqual(names("spec", "containers", 0, "image"), []);
  assert.deepEqual(names("spec", "containers", 1, "args"), []);
  assert.deepEqual(names("metadata", "finalizers", 0), ["set"]);
  assert.deepEqual(names("spec", "args", 0), ["whole"]);
  assert.deepEqual(names("spec"), ["keys", "whole"]);
});
