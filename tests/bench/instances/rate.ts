/** How fast instances become ACTIVE, against the rate at which a bare loop gets the same writes through. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { ControlPlane } from "../../controlplane/mod.ts";
import { type BenchController, cpuMs } from "./controller.ts";
import { five, instanceKind } from "./five.ts";
import { active, createInstances, defineKind, pause, publish } from "./setup.ts";

/** One round of each. */
export interface Round {
  /** Instances a second by the bare loop. */
  bare: number;
  /** Instances a second by kro. */
  kro: number;
  /** Milliseconds of kro's processor time for one instance. */
  cpuMs: number;
}

/** Both sides, one after the other; `concurrency` is that of kro's instance workers. */
export async function measureRate(
  controlPlane: ControlPlane,
  client: KubeClient,
  kro: BenchController,
  { rounds, count, concurrency }: { rounds: number; count: number; concurrency: number },
): Promise<Round[]> {
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const [bareKind, kind] = [`Bare${"abcdefgh"[round]}`, `Five${"abcdefgh"[round]}`];
    await defineKind(client, five(bareKind));
    await publish(client, five(kind));
    await pause(3);
    const bare = await bareRate(controlPlane, bareKind, count, concurrency);
    await pause(3);
    const before = await cpuMs(kro.pid);
    const names = Array.from({ length: count }, (_, i) => `${kind.toLowerCase()}-${i}`);
    const began = performance.now();
    const done = active(client, instanceKind(kind), count);
    await createInstances(client, instanceKind(kind), names, 20);
    await done;
    const seconds = (performance.now() - began) / 1000;
    await pause(1);
    const cpu = await cpuMs(kro.pid) - before;
    found.push({ bare, kro: count / seconds, cpuMs: cpu / count });
  }
  return found;
}

/** Instances a second by the bare loop, run as a process of its own. */
export async function bareRate(
  controlPlane: ControlPlane,
  kind: string,
  count: number,
  concurrency: number,
): Promise<number> {
  const file = new URL("bare.ts", import.meta.url).pathname;
  const args = [controlPlane.kubeconfig, kind, String(count), String(concurrency)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", file, ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}
