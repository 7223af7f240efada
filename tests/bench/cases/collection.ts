import type { Case } from "../kit/case.ts";
import { collection as graph, instance, instanceKind } from "../kit/graphs.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { BY, isActive, publish } from "../kit/user.ts";
import { driftEach } from "./drift.ts";

const ITEMS = 1000;
/**
 * The number of objects that another client changes before the measurement, so that V8 has already compiled
 * kro's code.
 */
const WARM_UP = 20;

/**
 * Measures how fast kro repairs the objects of a large collection. Upstream is not measured: for each changed
 * object, it applies all objects of the collection again, which takes minutes.
 */
export const collection: Case = {
  name: "collection",
  about: `Items of a collection of ${ITEMS} drift one after the other.`,
  column: "ours",
  async run(harness) {
    const { client, sizes: { drifts } } = harness;
    const kind = instanceKind("Drifting");
    await publish(client, graph(kind.kind));
    using watch = await ObjectWatch.start(client, kind);
    const active = watch.one("many", isActive);
    const items = Array.from({ length: ITEMS }, (_, i) => `i${i}`);
    await client.create(kind, instance(kind.kind, "many", { items }), BY);
    await active;
    await harness.untilQuiet();
    const objects = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `many-i${(from + i) % ITEMS}`);
    await driftEach(client, objects(0, WARM_UP));
    const { all, cpuMs } = await harness.measure(() => driftEach(client, objects(WARM_UP, drifts)));
    await harness.remove(["many"], kind);
    await harness.untilQuiet();
    return [
      { measure: "calls a drifted item", unit: "calls", value: all.calls / drifts },
      { measure: "CPU a drifted item", unit: "ms", value: cpuMs / drifts },
    ];
  },
};
