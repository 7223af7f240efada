/** A field of the spec that four of the five objects hold changes in all instances. */
import type { KindRef, KubeObject } from "../../../src/api/mod.ts";
import type { KubeClient } from "../../../src/kube/mod.ts";
import { BY, type Case, each, FIVE, isActive, percentile } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { NAMESPACE } from "../instances/five.ts";

/** Gives all a value that they have not; seconds until the last has it in its status, milliseconds for each. */
export async function updateAll(client: KubeClient, kind: KindRef, names: readonly string[]) {
  const value = `v${Date.now()}`;
  const holds = (object: KubeObject) =>
    isActive(object) && (object.status as { value?: string }).value === value;
  using follower = await Follower.start(client, kind);
  const began = new Map<string, number>();
  const start = performance.now();
  const done = follower.all(names, holds);
  await each(names, (name) => {
    began.set(name, performance.now());
    return client.mergePatch({ kind, namespace: NAMESPACE, name }, {
      spec: { value },
    }, BY);
  });
  const ends = await done;
  return {
    seconds: (Math.max(...ends.values()) - start) / 1000,
    ms: names.map((name) => ends.get(name)! - began.get(name)!),
  };
}

export const update: Case = {
  name: "update",
  async run(bed) {
    const names = await bed.instances();
    const { n } = bed.sizes;
    let took = { seconds: NaN, ms: [] as number[] };
    const spent = await bed.spent(async () => took = await updateAll(bed.client, FIVE, names));
    return [
      { measure: "all updated after", unit: "s", value: took.seconds },
      { measure: "change to updated, p50", unit: "ms", value: percentile(took.ms, 50) },
      { measure: "change to updated, p95", unit: "ms", value: percentile(took.ms, 95) },
      { measure: "calls an instance", unit: "calls", value: spent.all.calls / n },
      { measure: "CPU an instance", unit: "ms", value: spent.cpuMs / n },
    ];
  },
};
