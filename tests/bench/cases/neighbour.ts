/** How long another user's requests take when a graph's change updates all instances, beside the same when nothing happens. */
import { type KubeObject, RGD_KIND } from "../../../src/api/mod.ts";
import { type Bed, BY, type Case, type Figure, FIVE, isActive, percentile } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe, type Taken } from "../kit/probe.ts";
import { five } from "../instances/five.ts";
import { pause } from "../instances/setup.ts";

/** One after the other, for a hundredth of the requests to be some. */
const CHANGES = 3;

/** Gives the first object of each instance a field that their status tells; seconds until the last one does. */
async function changeGraph(bed: Bed, names: readonly string[]): Promise<number> {
  const edition = `e${Date.now()}`;
  const { schema, resources } = five().spec as unknown as {
    schema: { status: Record<string, string> };
    resources: { template: { data: Record<string, string> } }[];
  };
  schema.status.edition = "${a.data.edition}";
  resources[0]!.template.data.edition = edition;
  const holds = (object: KubeObject) =>
    isActive(object) && (object.status as { edition?: string }).edition === edition;
  using follower = await Follower.start(bed.client, FIVE);
  const done = follower.all(names, holds);
  const began = performance.now();
  const ref = { kind: RGD_KIND, name: five().metadata.name! };
  await bed.client.mergePatch(ref, { spec: { schema, resources } } as never, BY);
  return (Math.max(...(await done).values()) - began) / 1000;
}

/** The figures of what the other user waited. */
export function latencies(when: string, { get, patch }: Taken): Figure[] {
  const figure = (verb: string, ms: number[]) => ({
    measure: `${verb} ${when}, p99`,
    unit: "ms",
    value: percentile(ms, 99),
  });
  return [figure("GET", get), figure("PATCH", patch)];
}

export const neighbour: Case = {
  name: "neighbour",
  async run(bed) {
    const names = await bed.instances(bed.sizes.many);
    const { kubeconfig } = bed.controlPlane;
    // The first time the new kind gets the field: what its change takes the API server is nobody's update.
    await changeGraph(bed, names);
    const still = await probe(kubeconfig, () => pause(10));
    const seconds: number[] = [];
    const busy = await probe(kubeconfig, async () => {
      for (let change = 0; change < CHANGES; change++) {
        seconds.push(await changeGraph(bed, names));
      }
    });
    await bed.remove(names);
    await bed.audit.settle();
    return [
      ...latencies("when quiet", still),
      ...latencies("during an update", busy),
      {
        measure: `${names.length} updated by a change of their graph after, p50`,
        unit: "s",
        value: percentile(seconds, 50),
      },
    ];
  },
};
