/**
 * Tests of the explanations of `kro why`: why an instance is not ready, why a node has its state, and where
 * the value of a field comes from.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  type Explanation,
  explanationText,
  fieldOwners,
  type Observation,
  parsePath,
  stepsOf,
  UnknownSubject,
  why,
  withoutGraph,
} from "../../../src/explain/mod.ts";
import { ObservedInstance } from "../../support/observation.ts";
import { configMap, deployment, graphOf, rgd, SPEC } from "../graph/fixtures.ts";

const READY = "${app.status.readyReplicas == app.spec.replicas}";

/** A graph whose nodes have different states at the same time, such as Ready, Skipped and Pending. */
const graph = await graphOf(rgd(
  {
    spec: { ...SPEC, count: "integer | default=3" },
    status: { ready: "${app.status.readyReplicas}", url: "${one.data.a}" },
  },
  [
    configMap("one", { data: { a: "${schema.spec.name + '!'}", b: "fixed" } }),
    { ...configMap("opt", { data: { a: "x" } }), includeWhen: ["${schema.spec.flag}"] },
    configMap("after", { data: { a: "${opt.data.a}" } }),
    { ...deployment("app", { replicas: "${schema.spec.count}" }), readyWhen: [READY] },
    configMap("late", { data: { a: "${string(app.status.readyReplicas)}" } }),
    {
      ...configMap("many", { data: { a: "${n}" } }, { name: "m-${n}" }),
      forEach: [{ n: "${schema.spec.names}" }],
    },
  ],
));

/** Observes an instance whose Deployment is not available. */
async function shop(): Promise<Observation> {
  const instance = new ObservedInstance(graph, { name: "shop", flag: false, names: ["a", "b"] });
  await instance.observe();
  const conditions = [{
    type: "Available",
    status: "False",
    reason: "MinimumReplicasUnavailable",
    message: "too few",
  }];
  const status = { readyReplicas: 1, conditions };
  await instance.put("app", { metadata: { name: "shop" }, status }, "kube-controller-manager");
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    type: "Warning",
    reason: "FailedCreate",
    message: "exceeded quota",
    count: 4,
  };
  return await instance.observe({
    events: ({ kind }) => kind === "Deployment" ? [event as KubeObject] : [],
  });
}

/** Returns the lines of the explanation of a node, a field or, without `subject`, the whole instance. */
function lines(observation: Observation, subject?: string): string[] {
  return explanationText(why(observation, subject)).trimEnd().split("\n");
}

function find(found: Explanation, fits: (each: Explanation) => boolean): Explanation | undefined {
  if (fits(found)) return found;
  for (const each of found.because) {
    const below = find(each, fits);
    if (below) return below;
  }
  return undefined;
}

const LEAD = [
  `    readyWhen ${READY} is false`,
  "      app.status.readyReplicas = 1",
  "        written by kube-controller-manager (Update)",
  "      app.spec.replicas = 3",
  "        computed by ${schema.spec.count}",
  "          schema.spec.count = 3, the default of the graph's schema",
  "    Deployment default/shop has the condition Available=False, MinimumReplicasUnavailable: too few",
  "    event Warning FailedCreate (4 times): exceeded quota",
];

const NEXT = "next: read the details of its Pods: kubectl describe pods -n default -l app=demo";

Deno.test("the chain leads from an instance to the condition and the Event that block it", async () => {
  assert.deepEqual(lines(await shop()), [
    "Demo default/corner is not ready: IN_PROGRESS",
    '  node "app" (Deployment default/shop) is not ready',
    ...LEAD,
    '  node "late" waits for "app"',
    NEXT,
  ]);
});

Deno.test("a node that waits for another node is explained by that node", async () => {
  assert.deepEqual(lines(await shop(), "late"), [
    'node "late" (ConfigMap) waits for data',
    "  the node has no includeWhen, so every instance has the node",
    '  node "app" (Deployment default/shop) is not ready',
    ...LEAD,
    NEXT,
  ]);
});

Deno.test("a skipped node is explained by includeWhen, its own or that of a dependency", async () => {
  const observation = await shop();
  const own = [
    "includeWhen ${schema.spec.flag} is false",
    "  schema.spec.flag = false, set by kubectl",
  ];
  assert.deepEqual(lines(observation, "opt"), [
    'node "opt" (ConfigMap) is skipped',
    ...own.map((line) => `  ${line}`),
  ]);
  assert.deepEqual(lines(observation, "after"), [
    'node "after" (ConfigMap) is skipped',
    '  node "after" reads node "opt", which is skipped',
    ...own.map((line) => `    ${line}`),
  ]);
});

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

Deno.test("a missing field of the instance is named together with the step that sets it", async () => {
  const instance = new ObservedInstance(graph, { flag: true, names: [] });
  const found = why(await instance.observe());
  const text = explanationText(found);
  assert.match(text, /data\.a: \$\{schema\.spec\.name \+ '!'\} waits for a value/);
  assert.match(text, /schema\.spec\.name does not exist yet/);
  assert.deepEqual(stepsOf(found), ["set spec.name in the Demo corner"]);
  assert.match(text, /^next: set spec\.name in the Demo corner$/m);
});

Deno.test("an object that the cluster lacks is reported with the controller's reason", async () => {
  const observation = await shop();
  const object = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "one-shop" };
  const nodes = observation.nodes.map((node) =>
    node.id === "one" ? { id: "one", state: "Failed" as const, objects: [] } : node
  );
  const message = 'resource reconciliation failed: node "one": create: quota exceeded\nmore';
  const conditions = [{ type: "ResourcesReady", status: "False", message }];
  const found = why({
    ...observation,
    nodes,
    instance: { ...observation.instance, status: { state: "ERROR", conditions } },
    objects: new Map([...observation.objects, ["one", []]]),
    missing: new Map([["one", [object]]]),
  }, "one");
  const text = explanationText(found);
  assert.match(text, /ConfigMap default\/one-shop does not exist/);
  assert.match(text, /^node "one" \(ConfigMap\) has not been created$/m);
  assert.match(text, /the controller reports: node "one": create: quota exceeded$/m);
  assert.equal(found.state, "Missing");
  assert.deepEqual(stepsOf(found), [
    "change the Demo corner, or correct the ResourceGraphDefinition demo",
  ]);
});

Deno.test("a node whose objects cannot be read is not called failed by kro", async () => {
  const observation = await shop();
  const nodes = observation.nodes.map((node) =>
    node.id === "one" ? { id: "one", state: "Failed" as const, objects: [] } : node
  );
  const unreadable = new Map([["one", "configmaps is forbidden"]]);
  const text = explanationText(why({ ...observation, nodes, unreadable }));
  assert.match(text, /the objects of the node cannot be read: configmaps is forbidden/);
});

Deno.test("the reason of an instance of another graph is part of the chain", async () => {
  const inner = await shop();
  const found = why({
    ...inner,
    nested: ({ kind }) => kind === "Deployment" ? { ...inner, events: undefined } : undefined,
  });
  const nested = find(found, ({ topic }) => topic === "instance" && found.topic === "instance");
  assert.ok(nested);
  assert.match(explanationText(found), /\n {4}Demo default\/corner is not ready: IN_PROGRESS\n/);
});

Deno.test("suspension, a stale status and a missing status are reported", async () => {
  const instance = new ObservedInstance(graph, { name: "a", flag: true, names: [] });
  const observation = await instance.observe();
  const { metadata } = observation.instance;
  const edited = (more: Partial<KubeObject>) =>
    explanationText(why({ ...observation, instance: { ...observation.instance, ...more } }));
  const annotations = { "kro.run/reconcile": "suspended" };
  assert.match(
    edited({ metadata: { ...metadata, annotations } }),
    /suspended by the annotation kro\.run\/reconcile=suspended/,
  );
  assert.match(
    edited({ metadata: { ...metadata, generation: 9 } }),
    /the status is of generation \d; the present generation is 9/,
  );
  assert.match(edited({ status: undefined }), /the controller has not written a status yet/);
  const deletionTimestamp = "2000-01-01T00:00:00Z";
  const removed = [{
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "default",
    name: "held",
    action: "deleting" as const,
    finalizers: ["acme.io/keep"],
  }];
  const leaving = { ...observation.instance, metadata: { ...metadata, deletionTimestamp } };
  const text = explanationText(why({ ...observation, nodes: [], removed, instance: leaving }));
  assert.match(
    text,
    /ConfigMap default\/held is being deleted, held by its finalizers acme\.io\/keep/,
  );
  assert.match(text, /^next: check the controller that removes the finalizer acme\.io\/keep$/m);
  const gone = { ...observation, nodes: [], removed, instance: leaving, objects: new Map() };
  assert.match(explanationText(why(gone, "one")), /has no objects left: the instance is being/);
});

Deno.test("an instance without a graph is explained by its RGD", () => {
  const instance = { apiVersion: "kro.run/v1alpha1", kind: "Demo", metadata: { name: "a" } };
  const kind = {
    group: "kro.run",
    version: "v1alpha1",
    kind: "Demo",
    plural: "demos",
    namespaced: true,
  };
  assert.match(
    explanationText(withoutGraph(instance, kind, undefined)),
    /Demo a is not reconciled\n {2}no ResourceGraphDefinition defines the kind Demo of kro\.run/,
  );
  const conditions = [{
    type: "GraphAccepted",
    status: "False",
    reason: "Invalid",
    message: "bad",
  }];
  const broken = { ...rgd({}, []), status: { conditions } } as never;
  assert.match(
    explanationText(withoutGraph(instance, kind, broken)),
    /the ResourceGraphDefinition demo has no usable graph\n {4}GraphAccepted=False, Invalid: bad/,
  );
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
