import type { Case } from "../kit/case.ts";
import { KINDS, NAMESPACE } from "../kit/graphs.ts";

/** Measures the deletion of all instances. */
export const remove: Case = {
  name: "delete",
  about:
    "All instances are deleted, 20 at a time. LIST requests are counted separately, because their number " +
    "varies: concurrent passes share lists.",
  async run(harness) {
    const names = await harness.instances();
    const { n } = harness.sizes;
    const { result: { seconds }, all, cpuMs } = await harness.measure(() => harness.remove(names));
    const lists = all.by.entries().filter(([key]) => key.startsWith("list "))
      .reduce((sum, [, count]) => sum + count, 0);
    let orphans = 0;
    for (const kind of Object.values(KINDS)) {
      const options = { namespace: NAMESPACE, labelSelector: "kro.run/owned=true" };
      orphans += (await harness.client.list(kind, options)).items.length;
    }
    const calls = (all.calls - lists) / n;
    return [
      { measure: "all gone after", unit: "s", value: seconds },
      { measure: "calls an instance, lists apart", unit: "calls", value: calls },
      { measure: "lists an instance", unit: "lists", value: lists / n },
      { measure: "CPU an instance", unit: "ms", value: cpuMs / n },
      { measure: "orphans", unit: "objects", value: orphans },
    ];
  },
};
