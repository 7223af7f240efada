import type { Case } from "../kit/case.ts";
import { pause } from "../kit/user.ts";

/** Counts the requests that the controller sends while no object changes. */
export const quiet: Case = {
  name: "quiet",
  about: "All instances are ACTIVE and nothing changes.",
  async run(harness) {
    await harness.instances();
    const { quiet: seconds } = harness.sizes;
    const { done, cpuMs } = await harness.measure(() => pause(seconds));
    return [
      { measure: `calls in ${seconds} s`, unit: "calls", value: done.calls },
      { measure: `writes in ${seconds} s`, unit: "calls", value: done.writes },
      { measure: `CPU in ${seconds} s`, unit: "ms", value: cpuMs },
    ];
  },
};
