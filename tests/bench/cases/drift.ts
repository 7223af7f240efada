/** Somebody changes one field of one object, time and again. */
import type { KubeObject } from "../../../src/api/mod.ts";
import { BY, type Case, percentile } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { KINDS, NAMESPACE } from "../instances/five.ts";

/** True once an object was changed and then put right. */
export function repaired(wanted: string): (object: KubeObject) => boolean {
  let changed = false;
  return ({ data }) => {
    const same = (data as { value?: string } | undefined)?.value === wanted;
    changed ||= !same;
    return changed && same;
  };
}

export const drift: Case = {
  name: "drift",
  async run(bed) {
    const names = await bed.instances();
    const { drifts } = bed.sizes;
    using follower = await Follower.start(bed.client, KINDS.ConfigMap);
    const ms: number[] = [];
    const spent = await bed.spent(async () => {
      for (let i = 0; i < drifts; i++) {
        const instance = names[i % names.length]!;
        const ref = { kind: KINDS.ConfigMap, namespace: NAMESPACE, name: `${instance}-a` };
        const live = await bed.client.get(ref);
        const done = follower.one(ref.name, repaired((live!.data as { value: string }).value));
        const began = performance.now();
        await bed.client.mergePatch(ref, { data: { value: "another" } }, BY);
        ms.push(await done - began);
      }
    });
    return [
      { measure: "time to repair, p50", unit: "ms", value: percentile(ms, 50) },
      { measure: "time to repair, p95", unit: "ms", value: percentile(ms, 95) },
      { measure: "calls a drift", unit: "calls", value: spent.all.calls / drifts },
      { measure: "CPU a drift", unit: "ms", value: spent.cpuMs / drifts },
    ];
  },
};
