/** Nothing is to be done. */
import type { Case } from "../kit/bed.ts";
import { pause } from "../instances/setup.ts";

export const quiet: Case = {
  name: "quiet",
  async run(bed) {
    await bed.instances();
    const { quiet: seconds } = bed.sizes;
    const { done, cpuMs } = await bed.spent(() => pause(seconds));
    return [
      { measure: `calls in ${seconds} s`, unit: "calls", value: done.calls },
      { measure: `writes in ${seconds} s`, unit: "calls", value: done.writes },
      { measure: `CPU in ${seconds} s`, unit: "ms", value: cpuMs },
    ];
  },
};
