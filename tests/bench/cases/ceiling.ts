/** What the API server gives a loop that does the writes of an instance and nothing else, watches open. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { ControlPlane } from "../../controlplane/mod.ts";
import { latencies } from "./neighbour.ts";
import { five, instanceKind, KINDS } from "../instances/five.ts";
import { measured, withBare } from "../instances/rate.ts";
import { defineKind } from "../instances/setup.ts";
import { type Figure, namesOf } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe } from "../kit/probe.ts";
import { updateAll } from "./update.ts";

/** As many at a time as we have instance workers, and fewer. */
const CONCURRENCY = [8, 16];

/**
 * Once a run, with no controller running. One instance after the other is there for what it does to others:
 * nobody who makes these writes can be easier on his neighbours.
 */
export async function ceiling(
  controlPlane: ControlPlane,
  client: KubeClient,
  n: number,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const concurrency of [...CONCURRENCY, 1]) {
    const name = `Bare${concurrency}`;
    const kind = instanceKind(name);
    const names = namesOf(name.toLowerCase(), n);
    await defineKind(client, five(name));
    using watches = new DisposableStack();
    for (const watched of [kind, ...Object.values(KINDS)]) {
      watches.use(await Follower.start(client, watched));
    }
    const add = (what: string, unit: string, value: number) =>
      figures.push({ measure: `${n} instances ${what}`, unit, value });
    await withBare(controlPlane, name, concurrency, async (pid) => {
      const create = () => measured(client, pid, name, n);
      if (concurrency === 1) {
        figures.push(
          ...latencies("beside 1 at a time", await probe(controlPlane.kubeconfig, create)),
        );
        return;
      }
      const { rate, cpuMs } = await create();
      add(`created, ${concurrency} at a time`, "s", n / rate);
      add(`created, ${concurrency} at a time: CPU an instance`, "ms", cpuMs);
      const { seconds } = await updateAll(client, kind, names);
      add(`updated, ${concurrency} at a time`, "s", seconds);
    });
  }
  return figures;
}
