/**
 * Tests of `includeWhen` and `readyWhen`, of nodes whose data is missing, and of the reasons in which kro
 * reports what a node waits for.
 */
import assert from "node:assert/strict";
import type { ObjectRef } from "../../../src/api/mod.ts";
import { condition, CONFIG_MAP, DEPLOYMENT, mapNode, states, world } from "./fixtures.ts";

const deployment: ObjectRef = { kind: DEPLOYMENT, namespace: "default", name: "demo" };

const WITH_DEPLOYMENT = (readyWhen: string, rest: string) => `
schema:
  spec: {replicas: integer | default=1}
  status: {available: "\${deployment.status.availableReplicas}", two: "\${schema.spec.replicas}"}
resources:
  - id: deployment
    readyWhen: ${readyWhen}
    template:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: "\${schema.metadata.name}"}
      spec:
        replicas: "\${schema.spec.replicas}"
        selector: {matchLabels: {app: demo}}
        template: {metadata: {labels: {app: demo}}, spec: {containers: [{name: a, image: b}]}}
${rest}`;

Deno.test("a node excluded by includeWhen excludes its dependents, and their objects are pruned", async () => {
  const w = await world(`
schema:
  spec: {on: boolean | default=true}
resources:
  ${mapNode("a", "1", '\n    includeWhen: ["${schema.spec.on}"]').trim()}
${mapNode("b", "${a.data.value}")}
${mapNode("c", "${b.data.value}")}
${mapNode("d", "free")}
`);
  w.create();
  await w.pass();
  assert.deepEqual(w.configMaps(), ["demo-a", "demo-b", "demo-c", "demo-d"]);
  w.change({ on: false });
  const outcome = await w.pass();
  assert.deepEqual(states(outcome), { a: "Skipped", b: "Skipped", c: "Skipped", d: "Ready" });
  assert.equal(outcome.state, "ACTIVE");
  assert.deepEqual(w.configMaps(), ["demo-d"]);
  assert.deepEqual(outcome.removed.map((o) => o.name), ["demo-c", "demo-b", "demo-a"]);
});

Deno.test("an includeWhen that reads another node waits for its data and follows its changes", async () => {
  const w = await world(WITH_DEPLOYMENT(
    "[]",
    mapNode(
      "late",
      "x",
      `
    includeWhen: ["\${deployment.status.availableReplicas > 0}"]`,
    ),
  ));
  w.create();
  const first = await w.pass();
  assert.deepEqual(states(first), { deployment: "Ready", late: "Pending" });
  assert.match(
    condition(first.instance, "ResourcesReady").message!,
    /waiting for unresolved resource: gvr "\/v1, Resource=configmaps": node "late": includeWhen .*no such key.*\(data pending\)/,
  );
  w.cluster.edit(deployment, (d) => d.status = { availableReplicas: 1 });
  assert.deepEqual(states(await w.pass()), { deployment: "Ready", late: "Ready" });
  w.cluster.edit(deployment, (d) => d.status = { availableReplicas: 0 });
  assert.deepEqual(states(await w.pass()), { deployment: "Ready", late: "Skipped" });
  assert.deepEqual(w.configMaps(), []);
});

Deno.test("missing instance data is an error in includeWhen, and a wait in a template", async () => {
  const yaml = (more: string, value: string) => `
schema: {spec: {maybe: string}}
resources:${mapNode("a", value, more)}`;
  const included = await world(yaml("\n    includeWhen: [\"${schema.spec.maybe == 'x'}\"]", "v"));
  included.create();
  const failed = await included.pass();
  assert.equal(failed.state, "ERROR");
  assert.ok(failed.next.kind === "retry" && !failed.next.refused);
  const template = await world(yaml("", "${schema.spec.maybe}"));
  template.create();
  const waiting = await template.pass();
  assert.equal(waiting.state, "IN_PROGRESS");
  assert.equal(waiting.next.kind, "wait");
  assert.match(
    waiting.nodes[0]!.reason!,
    /^node "a": failed to evaluate expression: eval "schema\.spec\.maybe": the instance does not give spec\.maybe$/,
  );
  template.change({ maybe: "v" });
  assert.equal((await template.pass()).state, "ACTIVE");
});

Deno.test("an unmet readyWhen blocks dependents, with its expression in the reason, until it is met", async () => {
  const w = await world(
    WITH_DEPLOYMENT(
      '["${deployment.status.availableReplicas == deployment.spec.replicas}"]',
      mapNode("after", "${deployment.metadata.name}"),
    ),
  );
  w.create();
  const first = await w.pass();
  assert.deepEqual(states(first), { deployment: "Waiting", after: "Pending" });
  assert.equal(
    condition(first.instance, "ResourcesReady").message,
    'resource reconciliation failed: apply results contain errors: waiting for node "deployment": ' +
      'node "deployment": failed to evaluate readyWhen expression: ' +
      '"deployment.status.availableReplicas == deployment.spec.replicas": no such key: status ' +
      "(waiting for readiness)",
  );
  w.cluster.edit(deployment, (d) => d.status = { availableReplicas: 0 });
  const second = await w.pass();
  assert.equal(
    second.nodes[0]!.reason,
    'waiting for node "deployment": readyWhen condition evaluated to false: ' +
      '"deployment.status.availableReplicas == deployment.spec.replicas" (waiting for readiness): ' +
      "deployment.status.availableReplicas is 0",
  );
  assert.match(second.nodes[1]!.reason!, /dependent node "deployment" not ready: readyWhen/);
  assert.deepEqual(w.configMaps(), []);
  w.cluster.edit(deployment, (d) => d.status = { availableReplicas: 1 });
  const third = await w.pass();
  assert.equal(third.state, "ACTIVE");
  assert.deepEqual(w.configMaps(), ["demo-after"]);
});

Deno.test("along a chain of nodes, each reason says once that data is pending", async () => {
  const w = await world(
    WITH_DEPLOYMENT(
      "[]",
      mapNode("first", "${string(deployment.status.replicas)}") +
        mapNode("second", "${first.data.value}") + mapNode("third", "${second.data.value}"),
    ),
  );
  w.create();
  const { nodes } = await w.pass();
  const reasons = nodes.slice(1).map(({ reason = "" }) => reason);
  assert.match(reasons[2]!, /^node "third": dependent node "second" not ready: node "second": /);
  for (const reason of reasons) {
    assert.match(reason, /^(?!.*data pending.*data pending).*pending\)$/);
  }
});

Deno.test("a readyWhen without dependents keeps the instance IN_PROGRESS", async () => {
  const w = await world(WITH_DEPLOYMENT('["${deployment.status.replicas == 1}"]', ""));
  w.create();
  const outcome = await w.converge();
  assert.equal(outcome.state, "IN_PROGRESS");
  assert.equal(outcome.next.kind, "wait");
});

Deno.test("a readyWhen that fails to evaluate is an error", async () => {
  const w = await world(
    WITH_DEPLOYMENT('["${1 / int(deployment.metadata.generation - 1) == 0}"]', ""),
  );
  w.create();
  const outcome = await w.pass();
  assert.equal(outcome.state, "ERROR");
  assert.match(outcome.nodes[0]!.reason!, /failed to evaluate readyWhen expression: "1 \/ int/);
});

Deno.test("the reason of an unmet readyWhen shows the status values that it reads", async () => {
  const w = await world(WITH_DEPLOYMENT(
    `
      - "\${deployment.status.conditions.exists(c, c.type == 'Available') && deployment.spec.replicas == 2 || deployment.status.readyReplicas + deployment.status.replicas > 5}"`,
    "",
  ));
  w.create();
  await w.pass();
  w.cluster.edit(deployment, (d) => d.status = { readyReplicas: 1, replicas: 2, conditions: [] });
  const { reason } = (await w.pass()).nodes[0]!;
  assert.match(
    reason!,
    /\(waiting for readiness\): deployment\.status\.readyReplicas is 1, deployment\.status\.replicas is 2$/,
  );
});

Deno.test("the reason of an unmet readyWhen cuts long status values and names the collection's item", async () => {
  const crd = `
schema: {spec: {}}
resources:
  - id: pods
    forEach: [{n: "\${['x', 'y']}"}]
    readyWhen: ["\${each.status.message == 'up'}"]
    template:
      apiVersion: v1
      kind: Pod
      metadata: {name: "\${n}"}
      spec: {containers: [{name: a, image: b}]}`;
  const w = await world(crd);
  w.create();
  await w.pass();
  const pod = { ...CONFIG_MAP, kind: "Pod", plural: "pods" };
  for (const name of ["x", "y"]) {
    w.cluster.edit(
      { kind: pod, namespace: "default", name },
      (d) => d.status = { message: name === "x" ? "up" : "z".repeat(100) },
    );
  }
  const { reason } = (await w.pass()).nodes[0]!;
  assert.ok(reason!.endsWith(`: each.status.message is "${"z".repeat(64)}"… (default/y)`), reason!);
});

Deno.test("the message of missing data names what the instance does not give, also inside a longer path", async () => {
  const cases: [string, RegExp][] = [
    ["${string(schema.spec.deep.n)}", /the instance does not give spec\.deep$/],
    ["${schema.metadata.generateName}", /the instance does not give metadata\.generateName$/],
    ["${schema.spec.list.map(schema, schema.x)[0]}", /no such key: x \(data pending\)$/],
    ["a-${schema.spec.m['k']}", /the instance does not give spec\.m\["k"\]$/],
    ["${schema.spec.list[1].y}", /the instance does not give spec\.list\[1\]$/],
    ["${schema.spec.list[0].x}", /the instance does not give spec\.list\[0\]\.x$/],
    ["${schema.spec.list[0]['x']}", /the instance does not give spec\.list\[0\]\["x"\]$/],
    ["${schema.spec.list.map(schema, schema['x'])[0]}", /no such key: x \(data pending\)$/],
    ["${schema.spec.list.map(s, s.y)[3]}", /index out of bounds: 3 \(data pending\)$/],
  ];
  for (const [value, expected] of cases) {
    const w = await world(`
schema:
  spec:
    deep: {n: integer}
    list: '[]map[string]string | default=[{"y": "1"}]'
    m: 'map[string]string | default={}'
resources:${mapNode("a", value)}`);
    w.create();
    const { nodes, state } = await w.pass();
    assert.equal(state, "IN_PROGRESS");
    assert.match(nodes[0]!.reason!, expected);
  }
});
