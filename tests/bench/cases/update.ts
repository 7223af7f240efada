import { type Case, percentile } from "../kit/case.ts";

/** Measures a change of the spec of all instances. */
export const update: Case = {
  name: "update",
  about: "A field of `spec` that four of the five objects read is changed in all instances.",
  async run(harness) {
    const names = await harness.instances();
    const { n } = harness.sizes;
    const { result: { seconds, ms }, all, cpuMs } = await harness.measure(() =>
      harness.update(names)
    );
    return [
      { measure: "all updated after", unit: "s", value: seconds },
      { measure: "change to updated, p50", unit: "ms", value: percentile(ms, 50) },
      { measure: "change to updated, p95", unit: "ms", value: percentile(ms, 95) },
      { measure: "calls an instance", unit: "calls", value: all.calls / n },
      { measure: "CPU an instance", unit: "ms", value: cpuMs / n },
    ];
  },
};
