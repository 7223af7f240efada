import { type Case, type Figure, percentile } from "../kit/case.ts";
import { namesOf } from "../kit/user.ts";

/**
 * Measures the creation of instances. The case does not delete the last `sizes.n` instances, which the
 * following cases use.
 */
export const create: Case = {
  name: "create",
  about: "Instances of five objects, created 20 at a time, until all are ACTIVE.",
  async run(harness) {
    await harness.serveFive();
    const figures: Figure[] = [];
    const { n, many } = harness.sizes;
    // The number `n` comes last, because these instances are kept for the following cases.
    for (const size of new Set([1, Math.min(50, n), many, n])) {
      const names = size === n ? namesOf("five", n) : namesOf(`first${size}`, size);
      const { result: { seconds, ms }, all, cpuMs, serverMs } = await harness.measure(() =>
        harness.create(names)
      );
      const figure = (measure: string, unit: string, value: number) =>
        figures.push({ measure: `${size}: ${measure}`, unit, value });
      figure("all ACTIVE after", "s", seconds);
      figure("create to ACTIVE, p50", "ms", percentile(ms, 50));
      figure("create to ACTIVE, p95", "ms", percentile(ms, 95));
      figure("calls an instance", "calls", all.calls / size);
      figure("writes an instance", "calls", all.writes / size);
      // Omits the CPU time of a single instance, because CPU time has a resolution of only 10 ms.
      if (size > 1) {
        figure("CPU an instance", "ms", cpuMs / size);
        figure("API server's CPU an instance", "ms", serverMs / size);
      }
      if (size !== n) {
        await harness.remove(names);
        await harness.untilQuiet();
      }
    }
    return figures;
  },
};
