/** Many RGDs at once, a start with all of them there, and a large one. */
import { type ResourceGraphDefinition, RGD_KIND } from "../../../src/api/mod.ts";
import { type Bed, BY, type Case } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { five } from "../instances/five.ts";
import { large } from "../instances/large.ts";

const LARGE = 50;

/** Seconds from the creation of the first until all are Active. */
async function activate(bed: Bed, graphs: readonly ResourceGraphDefinition[]): Promise<number> {
  using follower = await Follower.start(bed.client, RGD_KIND);
  const began = performance.now();
  const done = follower.all(
    graphs.map(({ metadata }) => metadata.name!),
    ({ status }) => (status as { state?: string } | undefined)?.state === "Active",
  );
  await Promise.all(graphs.map((graph) => bed.client.create(RGD_KIND, graph, BY)));
  return (Math.max(...(await done).values()) - began) / 1000;
}

export const rgds: Case = {
  name: "rgd",
  async run(bed) {
    const count = bed.sizes.graphs;
    const graphs = Array.from({ length: count }, (_, i) => five(`Graph${i}`));
    let seconds = NaN;
    const spent = await bed.spent(async () => seconds = await activate(bed, graphs));
    const restarted = await bed.spent(async () => {
      await bed.controller.kill();
      await bed.restart();
    });
    let largeSeconds = NaN;
    const graph = large(LARGE, "large");
    const largeSpent = await bed.spent(async () => largeSeconds = await activate(bed, [graph]));
    return [
      { measure: `${count} RGDs Active after`, unit: "s", value: seconds },
      { measure: "calls an RGD", unit: "calls", value: spent.all.calls / count },
      { measure: "CPU an RGD", unit: "ms", value: spent.cpuMs / count },
      {
        measure: `restart with ${count} more RGDs: ready after`,
        unit: "ms",
        value: bed.controller.readyMs,
      },
      {
        measure: `restart with ${count} more RGDs: calls`,
        unit: "calls",
        value: restarted.all.calls,
      },
      {
        measure: `restart with ${count} more RGDs: writes`,
        unit: "calls",
        value: restarted.all.writes,
      },
      { measure: `an RGD of ${LARGE} nodes: Active after`, unit: "ms", value: largeSeconds * 1000 },
      { measure: `an RGD of ${LARGE} nodes: CPU`, unit: "ms", value: largeSpent.cpuMs },
    ];
  },
};
