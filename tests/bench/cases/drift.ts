import type { KubeClient } from "../../../src/kube/mod.ts";
import { type Case, percentile } from "../kit/case.ts";
import { KINDS, NAMESPACE } from "../kit/graphs.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { BY } from "../kit/user.ts";

/**
 * Changes a field of a ConfigMap that kro has applied. Returns the time of the change, and a
 * promise that resolves with the time when kro has reverted the change. The times are values of
 * `performance.now()`, in milliseconds.
 */
export async function changeConfigMap(client: KubeClient, watch: ObjectWatch, name: string) {
  const ref = { kind: KINDS.ConfigMap, namespace: NAMESPACE, name };
  const live = await client.get(ref);
  const wanted = (live!.data as { value: string }).value;
  let changed = false;
  const repaired = watch.one(name, ({ data }) => {
    const same = (data as { value?: string } | undefined)?.value === wanted;
    changed ||= !same;
    return changed && same;
  });
  const began = performance.now();
  await client.mergePatch(ref, { data: { value: "another" } }, BY);
  return { began, repaired };
}

/**
 * Changes ConfigMaps that kro has applied, one after the other. Returns the time from each change until kro
 * has repaired the ConfigMap, in milliseconds.
 */
export async function driftEach(client: KubeClient, names: Iterable<string>): Promise<number[]> {
  using watch = await ObjectWatch.start(client, KINDS.ConfigMap);
  const ms: number[] = [];
  for (const name of names) {
    const { began, repaired } = await changeConfigMap(client, watch, name);
    ms.push(await repaired - began);
  }
  return ms;
}

/**
 * Measures the time until kro repairs an object that another client has changed. The objects are changed one
 * after the other.
 */
export const drift: Case = {
  name: "drift",
  about: "Another client changes a field of one object and waits until kro has reverted it, " +
    "repeatedly.",
  async run(harness) {
    const names = await harness.instances();
    const { drifts } = harness.sizes;
    const objects = Array.from({ length: drifts }, (_, i) => `${names[i % names.length]}-a`);
    const { result: ms, all, cpuMs } = await harness.measure(() =>
      driftEach(harness.client, objects)
    );
    return [
      { measure: "time to repair, p50", unit: "ms", value: percentile(ms, 50) },
      { measure: "time to repair, p95", unit: "ms", value: percentile(ms, 95) },
      { measure: "calls a drift", unit: "calls", value: all.calls / drifts },
      { measure: "CPU a drift", unit: "ms", value: cpuMs / drifts },
    ];
  },
};
