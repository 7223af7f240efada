/** Many RGDs at once, and a start with all of them there. */
import { RGD_KIND } from "../../../src/api/mod.ts";
import { BY, type Case } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { five } from "../instances/five.ts";

export const rgds: Case = {
  name: "rgd",
  async run(bed) {
    const count = bed.sizes.graphs;
    const graphs = Array.from({ length: count }, (_, i) => five(`Graph${i}`));
    using follower = await Follower.start(bed.client, RGD_KIND);
    let seconds = NaN;
    const spent = await bed.spent(async () => {
      const began = performance.now();
      const done = follower.all(
        graphs.map(({ metadata }) => metadata.name!),
        ({ status }) => (status as { state?: string } | undefined)?.state === "Active",
      );
      await Promise.all(graphs.map((graph) => bed.client.create(RGD_KIND, graph, BY)));
      seconds = (Math.max(...(await done).values()) - began) / 1000;
    });
    const restarted = await bed.spent(async () => {
      await bed.controller.kill();
      await bed.restart();
    });
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
    ];
  },
};
