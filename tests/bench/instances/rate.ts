/** How fast instances become ACTIVE, against the rate at which a bare loop gets the same writes through. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import { guarded } from "../../support/controlplane/guard.ts";
import type { ControlPlane } from "../../support/controlplane/mod.ts";
import { type BenchController, cpuMs } from "./controller.ts";
import { five, instanceKind } from "./five.ts";
import { active, createInstances, defineKind, pause, publish } from "./setup.ts";

/** One round of each. */
export interface Round {
  /** Instances a second by the bare loop. */
  bare: number;
  /** Instances a second by kro. */
  kro: number;
  /** Milliseconds of the processor's time for one instance, of each. */
  cpuMs: { bare: number; kro: number };
}

/** Both sides in turn, each round in the other order; `concurrency` is that of kro's instance workers. */
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
    const byKro = () => measured(client, kro.pid, kind, count);
    const byBare = () =>
      withBare(
        controlPlane,
        bareKind,
        concurrency,
        (pid) => measured(client, pid, bareKind, count),
      );
    const isOdd = round % 2 === 1;
    const early = isOdd ? await byKro() : undefined;
    const bare = await byBare();
    const own = early ?? await byKro();
    found.push({ bare: bare.rate, kro: own.rate, cpuMs: { bare: bare.cpuMs, kro: own.cpuMs } });
  }
  return found;
}

/** Instances a second, from the creation of the first until the last is ACTIVE. */
async function rateOf(client: KubeClient, kind: string, count: number): Promise<number> {
  const of = instanceKind(kind);
  const names = Array.from({ length: count }, (_, i) => `${kind.toLowerCase()}-${i}`);
  const began = performance.now();
  const done = active(client, of, count);
  await createInstances(client, of, names, 20);
  await done;
  const rate = count / ((performance.now() - began) / 1000);
  await pause(2);
  return rate;
}

/** What a process that makes instances ACTIVE gets done, and what it takes. */
export interface Measured {
  /** Instances a second. */
  rate: number;
  /** Milliseconds of the processor's time for one. */
  cpuMs: number;
}

/** Has the process of that id make instances of the kind ACTIVE, which are created for it. */
export async function measured(
  client: KubeClient,
  pid: number,
  kind: string,
  count: number,
): Promise<Measured> {
  const before = await cpuMs(pid);
  const rate = await rateOf(client, kind, count);
  return { rate, cpuMs: (await cpuMs(pid) - before) / count };
}

/** Does something while the bare loop runs, as a process of its own. */
export async function withBare<T>(
  { kubeconfig }: { kubeconfig: string },
  kind: string,
  concurrency: number,
  act: (pid: number) => Promise<T>,
): Promise<T> {
  const file = new URL("bare.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", file, kubeconfig, kind];
  const bare = guarded(Deno.execPath(), [...args, String(concurrency)]);
  try {
    // It says that it is ready.
    await bare.output.stdout.getReader().read();
    return await act(bare.pid);
  } finally {
    await bare.stop();
  }
}
