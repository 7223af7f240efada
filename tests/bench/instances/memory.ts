/** What a further instance of five objects holds in memory after garbage collection. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import { type BenchController, residentBytes } from "./controller.ts";
import { five, instanceKind } from "./five.ts";
import { active, createInstances, pause, publish } from "./setup.ts";

/** A measurement. */
export interface Held {
  /** Instances that are there. */
  instances: number;
  /** Bytes of heap in use. */
  heap: number;
  /** Bytes that V8 took from the system for its heap. */
  committed: number;
  /** Resident bytes. */
  resident: number;
}

/** Creates instances up to each of the counts and measures there; all must become ACTIVE and stay. */
export async function measureMemory(
  client: KubeClient,
  kro: BenchController,
  counts: readonly number[],
  progress: (line: string) => void,
): Promise<Held[]> {
  const kind = instanceKind("Memory");
  await publish(client, five("Memory"));
  const found: Held[] = [];
  let there = 0;
  for (const count of counts) {
    const names = Array.from({ length: count - there }, (_, i) => `memory-${there + i}`);
    const began = performance.now();
    const done = active(client, kind, count);
    await createInstances(client, kind, names, 20);
    await done;
    const seconds = (performance.now() - began) / 1000;
    progress(`${names.length} instances ACTIVE after ${seconds.toFixed(0)} s`);
    there = count;
    found.push({ instances: count, ...await settled(kro) });
  }
  const before = total(await kro.requests());
  await pause(20);
  const after = total(await kro.requests());
  progress(`requests in 20 s when nothing changes: ${after - before}`);
  return found;
}

/** The smallest of some looks: V8 gives pages back when it likes. */
async function settled(kro: BenchController): Promise<Omit<Held, "instances">> {
  let [heap, committed, resident] = [Infinity, Infinity, Infinity];
  for (let look = 0; look < 5; look++) {
    await pause(2);
    const now = await kro.inspector!.heap();
    heap = Math.min(heap, now.used);
    committed = Math.min(committed, now.committed);
    resident = Math.min(resident, await residentBytes(kro.pid));
  }
  return { heap, committed, resident };
}

function total(requests: ReadonlyMap<string, number>): number {
  return [...requests].filter(([key]) => !key.startsWith("watch "))
    .reduce((sum, [, count]) => sum + count, 0);
}
