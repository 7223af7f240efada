/** The controller is killed, an object drifts meanwhile, and it is started again. */
import { BY, type Case } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { KINDS, NAMESPACE } from "../instances/five.ts";
import { repaired } from "./drift.ts";

export const restart: Case = {
  name: "restart",
  async run(bed) {
    const names = await bed.instances();
    const { n } = bed.sizes;
    const ref = { kind: KINDS.ConfigMap, namespace: NAMESPACE, name: `${names.at(-1)}-a` };
    const live = await bed.client.get(ref);
    using follower = await Follower.start(bed.client, KINDS.ConfigMap);
    let [ready, seconds] = [NaN, NaN];
    const spent = await bed.spent(async () => {
      await bed.controller.kill();
      const done = follower.one(ref.name, repaired((live!.data as { value: string }).value));
      await bed.client.mergePatch(ref, { data: { value: "another" } }, BY);
      const began = performance.now();
      ready = (await bed.restart()).readyMs;
      seconds = (await done - began) / 1000;
    });
    return [
      { measure: "ready after", unit: "ms", value: ready },
      { measure: "start to drift repaired", unit: "s", value: seconds },
      { measure: "calls", unit: "calls", value: spent.all.calls },
      { measure: "calls an instance", unit: "calls", value: spent.all.calls / n },
      { measure: "writes besides the repair", unit: "calls", value: spent.all.writes - 1 },
      { measure: "CPU until quiet", unit: "ms", value: spent.cpuMs },
    ];
  },
};
