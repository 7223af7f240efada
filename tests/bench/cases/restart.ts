import type { Case } from "../kit/case.ts";
import { KINDS } from "../kit/graphs.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { changeConfigMap } from "./drift.ts";

/** Measures a restart of the controller after it was killed. */
export const restart: Case = {
  name: "restart",
  about:
    "The controller is killed, one object is changed while the controller is down, and the controller is started again.",
  async run(harness) {
    const names = await harness.instances();
    const { client, sizes: { n } } = harness;
    using watch = await ObjectWatch.start(client, KINDS.ConfigMap);
    const { result: seconds, all, cpuMs } = await harness.measure(async () => {
      await harness.controller.kill();
      const { repaired } = await changeConfigMap(client, watch, `${names.at(-1)}-a`);
      const began = performance.now();
      await harness.restart();
      return (await repaired - began) / 1000;
    });
    return [
      { measure: "ready after", unit: "ms", value: harness.controller.readyMs },
      { measure: "start to drift repaired", unit: "s", value: seconds },
      { measure: "calls", unit: "calls", value: all.calls },
      { measure: "calls an instance", unit: "calls", value: all.calls / n },
      { measure: "writes besides the repair", unit: "calls", value: all.writes - 1 },
      { measure: "CPU until quiet", unit: "ms", value: cpuMs },
    ];
  },
};
