import type { JsonObject } from "../../../src/api/mod.ts";
import type { Case, Figure } from "../kit/case.ts";
import { collection, instance, instanceKind, rgd } from "../kit/graphs.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { BY, isActive, publish } from "../kit/user.ts";

const ITEMS = 1000;

const configMap = (id: string, value: string) => ({
  id,
  template: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `\${schema.metadata.name}-${id}` },
    data: { value },
  },
});
const schema = { spec: { value: "string" } };
const ids = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

const deep = rgd(
  "Deep",
  schema,
  ids(10).map((id, i) =>
    configMap(id, i === 0 ? "${schema.spec.value}" : `\${n${i - 1}.data.value}`)
  ),
);
const broad = rgd("Broad", schema, ids(100).map((id) => configMap(id, "${schema.spec.value}")));

const SHAPES: readonly [string, string, ReturnType<typeof rgd>, JsonObject][] = [
  ["depth 10", "Deep", deep, { value: "x" }],
  ["fan-out 100", "Broad", broad, { value: "x" }],
  [`forEach ${ITEMS}`, "Collection", collection(), { items: ids(ITEMS) }],
];

/**
 * Creates one instance of each of three graphs. The graphs differ in their dependencies: a chain,
 * independent nodes, and a collection.
 */
export const chain: Case = {
  name: "chain",
  about:
    `The case creates one instance of each of three graphs: a chain of ten ConfigMaps, 100 independent ` +
    `ConfigMaps, and a forEach collection of ${ITEMS} ConfigMaps.`,
  async run(harness) {
    const { client } = harness;
    const figures: Figure[] = [];
    for (const [title, name, graph, spec] of SHAPES) {
      const figure = (measure: string, unit: string, value: number) =>
        figures.push({ measure: `${title}: ${measure}`, unit, value });
      await publish(client, graph);
      const kind = instanceKind(name);
      await harness.untilQuiet();
      using watch = await ObjectWatch.start(client, kind);
      const { result: seconds, all, cpuMs } = await harness.measure(async () => {
        const began = performance.now();
        const done = watch.one("one", isActive, 300);
        await client.create(kind, instance(name, "one", spec), BY);
        return (await done - began) / 1000;
      });
      figure("ACTIVE after", "s", seconds);
      figure("calls", "calls", all.calls);
      figure("CPU", "ms", cpuMs);
      await harness.remove(["one"], kind);
      await harness.untilQuiet();
    }
    return figures;
  },
};
