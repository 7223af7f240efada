/**
 * Tests of the explanations of `kro why` for instances and nodes: why an instance is not ready, and why a node
 * has its state.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  type Explanation,
  explanationText,
  stepsOf,
  why,
  withoutGraph,
} from "../../../src/explain/mod.ts";
import { ObservedInstance } from "../../support/observation.ts";
import { rgd } from "../graph/fixtures.ts";
import { graph, lines, READY, shop } from "./why_fixtures.ts";

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
