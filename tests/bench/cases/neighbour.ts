/** How long another user's requests take when a graph's change updates all instances, beside the same when nothing happens. */
import type { KubeObject } from "../../../src/api/mod.ts";
import { RGD_KIND } from "../../../src/api/mod.ts";
import { type Bed, BY, type Case, FIVE, isActive, percentile } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe } from "../kit/probe.ts";
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

export const neighbour: Case = {
  name: "neighbour",
  async run(bed) {
    const names = await bed.instances();
    const { kubeconfig } = bed.controlPlane;
    const still = await probe(kubeconfig, () => pause(5));
    const busy = await probe(kubeconfig, () => changeGraph(bed, names));
    await bed.audit.settle();
    const figures = (["get", "patch"] as const).flatMap((verb) =>
      [{ when: "when quiet", taken: still }, { when: "during an update", taken: busy }].map((
        { when, taken },
      ) => ({
        measure: `${verb.toUpperCase()} ${when}, p99`,
        unit: "ms",
        value: percentile(taken[verb], 99),
      }))
    );
    console.error(
      "DEBUG",
      busy.get.length,
      [50, 90, 95, 99].map((p) => percentile(busy.get, p).toFixed(1)),
      [50, 90, 95, 99].map((p) => percentile(busy.patch, p).toFixed(1)),
    );
    return figures;
  },
};
