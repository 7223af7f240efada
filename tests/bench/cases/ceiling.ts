/** What the API server gives a loop that does the seven writes of an instance and nothing else, watches open. */
import type { KubeClient } from "../../../src/kube/mod.ts";
import type { ControlPlane } from "../../controlplane/mod.ts";
import { latencies } from "./neighbour.ts";
import { five, instanceKind, KINDS } from "../instances/five.ts";
import { bareRate } from "../instances/rate.ts";
import { defineKind } from "../instances/setup.ts";
import type { Figure } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe } from "../kit/probe.ts";

/**
 * Once a run, with no controller running; the concurrency is that of our instance workers and more, and one
 * request after the other, which nobody can be easier on his neighbours with.
 */
export async function ceiling(
  controlPlane: ControlPlane,
  client: KubeClient,
  n: number,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const concurrency of [8, 16, 1]) {
    const name = `Bare${concurrency}`;
    await defineKind(client, five(name));
    using watches = new DisposableStack();
    for (const kind of [instanceKind(name), ...Object.values(KINDS)]) {
      watches.use(await Follower.start(client, kind));
    }
    let [rate, cpuMs] = [NaN, NaN];
    const taken = await probe(controlPlane.kubeconfig, async () => {
      ({ rate, cpuMs } = await bareRate(controlPlane, client, name, n, concurrency));
    });
    const measure = `${n} instances, ${concurrency} at a time`;
    figures.push(
      { measure, unit: "s", value: n / rate },
      { measure: `${measure}: CPU an instance`, unit: "ms", value: cpuMs },
      ...latencies(`beside ${concurrency} at a time`, taken),
    );
  }
  return figures;
}
