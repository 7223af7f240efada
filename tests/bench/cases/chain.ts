/** Graphs of other shapes, one instance each: deep, broad, and a forEach over many. */
import type { JsonObject } from "../../../src/api/mod.ts";
import { BY, type Case, type Figure, isActive } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { instance, instanceKind, many, rgd } from "../instances/five.ts";
import { publish } from "../instances/setup.ts";

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
const broad = rgd(
  "Broad",
  schema,
  ids(100).map((id) => configMap(id, "${schema.spec.value}")),
);

const SHAPES: readonly [string, ReturnType<typeof rgd>, JsonObject][] = [
  ["depth 10", deep, { value: "x" }],
  ["fan-out 100", broad, { value: "x" }],
  ["forEach 1000", many("Many"), { items: ids(1000) }],
];

export const chain: Case = {
  name: "chain",
  async run(bed) {
    const figures: Figure[] = [];
    for (const [title, graph, spec] of SHAPES) {
      await publish(bed.client, graph);
      const { kind: name } = (graph.spec as unknown as { schema: { kind: string } }).schema;
      const kind = instanceKind(name);
      await bed.audit.settle();
      using follower = await Follower.start(bed.client, kind);
      let seconds = NaN;
      const spent = await bed.spent(async () => {
        const began = performance.now();
        const done = follower.one("one", isActive, 300);
        await bed.client.create(kind, instance(name, "one", spec), BY);
        seconds = (await done - began) / 1000;
      });
      figures.push(
        { measure: `${title}: ACTIVE after`, unit: "s", value: seconds },
        { measure: `${title}: calls`, unit: "calls", value: spent.all.calls },
        { measure: `${title}: CPU`, unit: "ms", value: spent.cpuMs },
      );
      await bed.remove(["one"], kind);
      await bed.audit.settle();
    }
    return figures;
  },
};
