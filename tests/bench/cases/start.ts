import type { Case } from "../kit/case.ts";
import { residentMiB } from "../kit/process.ts";

/** Measures the time from the start of the controller until it is ready. */
export const start: Case = {
  name: "start",
  about:
    "The time from the start of the process until `/readyz` answers, with one RGD in the cluster.",
  async run(harness) {
    await harness.serveFive();
    const { all } = await harness.measure(() => harness.restart());
    const { readyMs, pid } = harness.controller;
    return [
      { measure: "ready after, 1 RGD", unit: "ms", value: readyMs },
      { measure: "calls, 1 RGD", unit: "calls", value: all.calls },
      { measure: "RSS then", unit: "MiB", value: await residentMiB(pid) },
    ];
  },
};
