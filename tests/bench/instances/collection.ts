/** One instance with a forEach of many items: what one drifted item costs. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import { type BenchController, cpuMs } from "./controller.ts";
import { instance, instanceKind, KINDS, many, NAMESPACE } from "./five.ts";
import { active, pause, publish, until } from "./setup.ts";

/** What one drifted item cost on average. */
export interface Drifted {
  /** Requests. */
  calls: number;
  /** Milliseconds of processor time. */
  cpuMs: number;
}

/** Drifts items one after the other, so many times. */
export async function measureCollection(
  client: KubeClient,
  kro: BenchController,
  { items, drifts }: { items: number; drifts: number },
): Promise<Drifted> {
  await publish(client, many());
  const names = Array.from({ length: items }, (_, i) => `i${i}`);
  const kind = instanceKind("Many");
  const by = { fieldManager: "bench" };
  await client.create(kind, instance("Many", "many", { items: names }), by);
  await active(client, kind, 1);
  await pause(3);
  const ref = (item: string) => ({
    kind: KINDS.ConfigMap,
    namespace: NAMESPACE,
    name: `many-${item}`,
  });
  const drift = async (item: string) => {
    await client.mergePatch(ref(item), { data: { value: "another" } }, by);
    await until(async () =>
      ((await client.get(ref(item)))?.data as Record<string, string>).value === item
    );
  };
  // Warm: the first ones run code that was not compiled yet.
  for (const item of names.slice(0, 20)) await drift(item);
  await pause(1);
  const [cpu, calls] = [await cpuMs(kro.pid), await requests(kro)];
  for (let i = 0; i < drifts; i++) await drift(names[20 + i % (items - 20)]!);
  await pause(1);
  return {
    calls: (await requests(kro) - calls) / drifts,
    cpuMs: (await cpuMs(kro.pid) - cpu) / drifts,
  };
}

async function requests(kro: BenchController): Promise<number> {
  return [...await kro.requests()].filter(([key]) => !key.startsWith("watch "))
    .reduce((sum, [, count]) => sum + count, 0);
}
