/** Tests of the analysis that finds which fields of each node's objects the expressions of an RGD read. */
import assert from "node:assert/strict";
import type { Reads } from "../../../src/cel/mod.ts";
import { configMap, deployment, graphOf, rgd, SPEC } from "./fixtures.ts";

/**
 * Converts a `Reads`, the set of fields that expressions read, to nested plain objects. A value that an
 * expression reads as a whole becomes `true`.
 */
function plain(reads: Reads | undefined): unknown {
  if (reads === undefined || reads === "whole") return reads && true;
  return Object.fromEntries([...reads].map(([key, below]) => [key, plain(below)]));
}

Deno.test("a graph records the fields that its expressions read of each node", async () => {
  const graph = await graphOf(rgd({
    spec: SPEC,
    status: {
      image: "${web.spec.template.spec.containers[0].image}",
      names: "${many.filter(m, has(m.data.k)).map(m, m.metadata.name)}",
      conditions: [
        "${runtime.newCondition({type: 'Ok', status: ext.data.state})}",
      ],
    },
  }, [
    configMap("a", { data: { k: "x", unread: "y" } }),
    {
      ...configMap("b", { data: { k: "${a.data.k + '-' + a.metadata.uid}" } }),
      includeWhen: ["${a.data['included'] == 'yes'}"],
    },
    {
      ...configMap("many", { data: { k: "${x}" } }, { name: "n-${x}" }),
      forEach: [{ x: "${b.data.list.split(',')}" }],
      readyWhen: ["${each.data.ready == 'true'}"],
    },
    { ...deployment("web"), readyWhen: ["${web.status.readyReplicas > 0}"] },
    {
      id: "ext",
      externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs" } },
    },
    {
      id: "all",
      externalRef: { apiVersion: "v1", kind: "Secret", metadata: { selector: {} } },
    },
    configMap("whole", { data: { k: "${json.marshal(all)}" } }),
  ]));
  assert.deepEqual(
    Object.fromEntries([...graph.reads].map(([id, reads]) => [id, plain(reads)])),
    {
      a: { data: { k: true, included: true }, metadata: { uid: true } },
      b: { data: { list: true } },
      many: { data: { k: {}, ready: true }, metadata: { name: true } },
      web: {
        spec: { template: { spec: { containers: { "*": { image: true } } } } },
        status: { readyReplicas: true },
      },
      ext: { data: { state: true } },
      all: true,
      whole: {},
    },
  );
});

Deno.test("a graph marks fields that read only resourceVersions, and lists the status fields readyWhen reads", async () => {
  const revision = "a.metadata.resourceVersion";
  const graph = await graphOf(rgd({ spec: SPEC }, [
    configMap("a"),
    configMap("b", {
      data: {
        only: `\${${revision}}`,
        text: `v-\${${revision}}`,
        more: `\${${revision} + a.metadata.uid}`,
        schema: `\${${revision} + schema.spec.name}`,
        own: "${schema.metadata.resourceVersion}",
      },
    }),
    {
      ...deployment("web"),
      readyWhen: [
        "${web.status.readyReplicas == web.spec.replicas && has(web.status.conditions)}",
        "${web.status.conditions.exists(c, c.type == 'Available')}",
      ],
    },
  ]));
  const fields = graph.nodes.get("b")!.fields.filter((field) => field.revisionsOnly);
  assert.deepEqual(fields.map((field) => field.path.at(-1)), ["only", "text"]);
  assert.deepEqual(graph.nodes.get("web")!.readyWhen.map((one) => one.statusPaths), [
    [["status", "readyReplicas"]],
    [],
  ]);
});

Deno.test("a graph reports whether its expressions read kubectl's last-applied annotation", async () => {
  const readsLastApplied = async (expression: string) =>
    (await graphOf(rgd({ spec: SPEC }, [configMap("a", { data: { k: expression } })])))
      .readsLastApplied;
  const annotations = "schema.metadata.annotations";
  assert.equal(await readsLastApplied("${schema.spec.name}"), false);
  assert.equal(await readsLastApplied(`\${${annotations}['other']}`), false);
  assert.equal(
    await readsLastApplied(
      `\${${annotations}['kubectl.kubernetes.io/last-applied-configuration']}`,
    ),
    true,
  );
  assert.equal(await readsLastApplied(`\${json.marshal(${annotations})}`), true);
  assert.equal(await readsLastApplied(`\${string(size(${annotations}))}`), true);
});
