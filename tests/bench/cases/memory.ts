/** Resident memory with more and more instances, in a process that made them. The last case: they stay. */
import { type Case, type Figure, namesOf } from "../kit/bed.ts";
import { residentBytes } from "../instances/controller.ts";
import { five, instanceKind } from "../instances/five.ts";
import { pause, publish } from "../instances/setup.ts";

const MIB = 1024 * 1024;

export const memory: Case = {
  name: "memory",
  async run(bed) {
    const kind = instanceKind("Memory");
    await publish(bed.client, five("Memory"));
    await bed.controller.kill();
    await bed.restart();
    await bed.audit.settle();
    const figures: Figure[] = [];
    let names: string[] = [];
    const look = async () => {
      let least = Infinity;
      // The smallest of some looks: runtimes give pages back when nothing was done for a while, V8 after some eight seconds.
      for (let i = 0; i < 15; i++) {
        await pause(1);
        least = Math.min(least, await residentBytes(bed.controller.pid));
      }
      const title = names.length === 0 ? "RSS before" : `RSS with ${names.length} more instances`;
      figures.push({ measure: title, unit: "MiB", value: least / MIB });
    };
    await look();
    for (const count of bed.sizes.memory) {
      const more = namesOf("memory", count).slice(names.length);
      await bed.create(more, kind);
      names = [...names, ...more];
      await bed.audit.settle();
      await look();
    }
    return figures;
  },
};
