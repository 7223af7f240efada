/** How long another user's requests take when a graph's change updates all instances, beside the same when nothing happens. */
import { type KubeObject, RGD_KIND } from "../../../src/api/mod.ts";
import { type Bed, BY, type Case, type Figure, FIVE, isActive, percentile } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe, type Taken } from "../kit/probe.ts";
import { five } from "../instances/five.ts";
import { pause } from "../instances/setup.ts";

/** Gives the first object of each instance one more field, which their status tells. */
async function changeGraph(bed: Bed, names: readonly string[]): Promise<void> {
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
  const ref = { kind: RGD_KIND, name: five().metadata.name! };
  await bed.client.mergePatch(ref, { spec: { schema, resources } } as never, BY);
  await done;
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
    const still = await probe(kubeconfig, () => pause(5));
    const busy = await probe(kubeconfig, () => changeGraph(bed, names));
    await bed.remove(names);
    await bed.audit.settle();
    return [...latencies("when quiet", still), ...latencies("during an update", busy)];
  },
};
