/** All instances go. */
import type { Case } from "../kit/bed.ts";
import { KINDS, NAMESPACE } from "../instances/five.ts";

export const remove: Case = {
  name: "delete",
  async run(bed) {
    const names = await bed.instances();
    const { n } = bed.sizes;
    let seconds = NaN;
    const spent = await bed.spent(async () => seconds = await bed.remove(names));
    // Passes that ask at the same time share them: how many is a matter of chance.
    const lists = spent.all.by.entries().filter(([key]) => key.startsWith("list "))
      .reduce((sum, [, count]) => sum + count, 0);
    let orphans = 0;
    for (const kind of Object.values(KINDS)) {
      const options = { namespace: NAMESPACE, labelSelector: "kro.run/owned=true" };
      orphans += (await bed.client.list(kind, options)).items.length;
    }
    return [
      { measure: "all gone after", unit: "s", value: seconds },
      {
        measure: "calls an instance, lists apart",
        unit: "calls",
        value: (spent.all.calls - lists) / n,
      },
      { measure: "lists an instance", unit: "lists", value: lists / n },
      { measure: "CPU an instance", unit: "ms", value: spent.cpuMs / n },
      { measure: "orphans", unit: "objects", value: orphans },
    ];
  },
};
