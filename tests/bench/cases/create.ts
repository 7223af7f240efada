/** Instances of five objects until all are ACTIVE. */
import { type Case, type Figure, namesOf, percentile } from "../kit/bed.ts";

export const create: Case = {
  name: "create",
  async run(bed) {
    await bed.serveFive();
    const figures: Figure[] = [];
    const { n, many } = bed.sizes;
    // Those that stay come last.
    for (const size of new Set([1, Math.min(50, n), many, n])) {
      const names = size === n ? namesOf("five", n) : namesOf(`first${size}`, size);
      let took = { seconds: NaN, ms: [] as number[] };
      const spent = await bed.spent(async () => took = await bed.create(names));
      const figure = (measure: string, unit: string, value: number) =>
        figures.push({ measure: `${size}: ${measure}`, unit, value });
      figure("all ACTIVE after", "s", took.seconds);
      figure("create to ACTIVE, p50", "ms", percentile(took.ms, 50));
      figure("create to ACTIVE, p95", "ms", percentile(took.ms, 95));
      figure("calls an instance", "calls", spent.all.calls / size);
      figure("writes an instance", "calls", spent.all.writes / size);
      // In steps of ten milliseconds: nothing to be said of one.
      if (size > 1) {
        figure("CPU an instance", "ms", spent.cpuMs / size);
        figure("API server's CPU an instance", "ms", spent.serverMs / size);
      }
      if (size !== n) {
        await bed.remove(names);
        await bed.audit.settle();
      }
    }
    return figures;
  },
};
