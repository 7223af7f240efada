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
    let orphans = 0;
    for (const kind of Object.values(KINDS)) {
      const options = { namespace: NAMESPACE, labelSelector: "kro.run/owned=true" };
      orphans += (await bed.client.list(kind, options)).items.length;
    }
    return [
      { measure: "all gone after", unit: "s", value: seconds },
      { measure: "calls an instance", unit: "calls", value: spent.all.calls / n },
      { measure: "CPU an instance", unit: "ms", value: spent.cpuMs / n },
      { measure: "orphans", unit: "objects", value: orphans },
    ];
  },
};
