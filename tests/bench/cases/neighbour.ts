/**
 * The benchmark case `neighbour`. It measures how much kro slows down other clients of the API
 * server, as a "noisy neighbor".
 */
import { type KubeObject, RGD_KIND } from "../../../src/api/mod.ts";
import { type Case, percentile } from "../kit/case.ts";
import { FIVE, five } from "../kit/graphs.ts";
import type { Harness } from "../kit/harness.ts";
import { latencies } from "../kit/latency_probe.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { BY, isActive, pause } from "../kit/user.ts";

/**
 * The number of times that the graph is changed. During a single change, the other client sends too
 * few requests to compute a 99th percentile of its latencies.
 */
const CHANGES = 3;

/**
 * Changes the RGD of the instances: adds a field to the first object of each instance and to the status.
 * Returns the time until the statuses of all instances have the field, in seconds.
 */
async function changeGraph(harness: Harness, names: readonly string[]): Promise<number> {
  const edition = `e${Date.now()}`;
  const { schema, resources } = five().spec as unknown as {
    schema: { status: Record<string, string> };
    resources: { template: { data: Record<string, string> } }[];
  };
  schema.status.edition = "${a.data.edition}";
  resources[0]!.template.data.edition = edition;
  const holds = (object: KubeObject) =>
    isActive(object) && (object.status as { edition?: string }).edition === edition;
  using watch = await ObjectWatch.start(harness.client, FIVE);
  const done = watch.all(names, holds);
  const began = performance.now();
  const ref = { kind: RGD_KIND, name: five().metadata.name! };
  await harness.client.mergePatch(ref, { spec: { schema, resources } } as never, BY);
  return (Math.max(...(await done).values()) - began) / 1000;
}

/** Measures the latencies of another client while kro applies a changed graph to all instances. */
export const neighbour: Case = {
  name: "neighbour",
  about:
    "Latency of another client's requests while the controller updates all instances of a changed RGD, " +
    "and while nothing changes. The difference shows how much the controller slows down other clients.",
  async run(harness) {
    const names = await harness.instances(harness.sizes.many);
    const { kubeconfig } = harness.controlPlane;
    // The first change of the graph is not measured. It adds a field to the CRD, which keeps the API server
    // itself busy for some time.
    await changeGraph(harness, names);
    const quiet = await latencies(kubeconfig, "when quiet", () => pause(10));
    const seconds: number[] = [];
    const busy = await latencies(kubeconfig, "during an update", async () => {
      for (let change = 0; change < CHANGES; change++) {
        seconds.push(await changeGraph(harness, names));
      }
    });
    await harness.remove(names);
    await harness.untilQuiet();
    return [...quiet, ...busy, {
      measure: `${names.length} updated by a change of their graph after, p50`,
      unit: "s",
      value: percentile(seconds, 50),
    }];
  },
};
