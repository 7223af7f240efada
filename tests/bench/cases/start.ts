/** From the start of the process until it is ready, with what there is to be read. */
import type { Case } from "../kit/bed.ts";
import { residentBytes } from "../instances/controller.ts";

export const start: Case = {
  name: "start",
  async run(bed) {
    await bed.serveFive();
    const spent = await bed.spent(async () => {
      await bed.controller.kill();
      await bed.restart();
    });
    return [
      { measure: "ready after, 1 RGD", unit: "ms", value: bed.controller.readyMs },
      { measure: "calls, 1 RGD", unit: "calls", value: spent.all.calls },
      {
        measure: "RSS then",
        unit: "MiB",
        value: await residentBytes(bed.controller.pid) / 1024 / 1024,
      },
    ];
  },
};
