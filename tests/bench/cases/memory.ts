import { freePorts } from "../../support/controlplane/api.ts";
import type { Case, Figure } from "../kit/case.ts";
import { five, instanceKind } from "../kit/graphs.ts";
import type { Harness } from "../kit/harness.ts";
import { heapOf } from "../kit/inspector.ts";
import { residentMiB } from "../kit/process.ts";
import { namesOf, pause, publish } from "../kit/user.ts";

const MIB = 1024 * 1024;

/**
 * Creates instances of a new kind in steps, up to each number in `sizes.memory`. Calls `look` with the number
 * of instances: first with 0, and then after each step, when the controller is idle.
 */
async function grow(
  harness: Harness,
  kindName: string,
  look: (instances: number) => Promise<void>,
): Promise<void> {
  const kind = instanceKind(kindName);
  let there = 0;
  await look(there);
  for (const count of harness.sizes.memory) {
    await harness.create(namesOf(kindName.toLowerCase(), count).slice(there), kind);
    await harness.untilQuiet();
    there = count;
    await look(there);
  }
}

/**
 * Returns a figure: the memory that each additional instance takes. `mib` maps numbers of instances to the
 * measured memory. The figure is computed from the measurements with the fewest and the most instances.
 */
function eachMore(what: string, mib: ReadonlyMap<number, number>): Figure[] {
  const counts = [...mib.keys()].filter((count) => count > 0);
  const [low, high] = [Math.min(...counts), Math.max(...counts)];
  if (low === high) return [];
  const value = (mib.get(high)! - mib.get(low)!) * 1024 / (high - low);
  return [{ measure: `${what} of one more instance`, unit: "KiB", value }];
}

/**
 * Measures the resident memory of a newly started controller with more and more instances. The instances are
 * not deleted, so only the case `heap` runs after this case.
 */
export const memory: Case = {
  name: "memory",
  about: "Resident memory of a new process of the controller, while instances are added.",
  async run(harness) {
    await publish(harness.client, five("Memory"));
    await harness.restart();
    await harness.untilQuiet();
    const figures: Figure[] = [];
    const mib = new Map<number, number>();
    await grow(harness, "Memory", async (instances) => {
      await harness.calls();
      let least = Infinity;
      // Measures the memory 15 times and uses the smallest value, because V8 returns memory to the system
      // only after about eight idle seconds.
      for (let i = 0; i < 15; i++) {
        await pause(1);
        least = Math.min(least, await residentMiB(harness.controller.pid));
      }
      mib.set(instances, least);
      const { calls } = await harness.calls();
      const title = instances === 0 ? "before" : `with ${instances} more instances`;
      figures.push({ measure: `RSS ${title}`, unit: "MiB", value: least });
      figures.push({ measure: `${title}: calls in 15 s`, unit: "calls", value: calls });
    });
    return [...figures, ...eachMore("RSS", mib)];
  },
};

/** Measures the used JavaScript heap of kro with more and more instances. */
export const heap: Case = {
  name: "heap",
  about:
    "The JavaScript heap of kro after garbage collection, as V8's inspector reports it, with more " +
    "and more instances.",
  column: "ours",
  async run(harness) {
    await publish(harness.client, five("Heap"));
    const [inspect] = freePorts(1) as [number];
    await harness.restart({ inspect });
    await harness.untilQuiet();
    const figures: Figure[] = [];
    const mib = new Map<number, number>();
    await grow(harness, "Heap", async (instances) => {
      const least = { used: Infinity, committed: Infinity };
      for (let i = 0; i < 5; i++) {
        await pause(2);
        const { used, committed } = await heapOf(inspect);
        least.used = Math.min(least.used, used);
        least.committed = Math.min(least.committed, committed);
      }
      mib.set(instances, least.used / MIB);
      const title = instances === 0 ? "before" : `with ${instances} more instances`;
      figures.push(
        { measure: `heap ${title}`, unit: "MiB", value: least.used / MIB },
        { measure: `heap committed ${title}`, unit: "MiB", value: least.committed / MIB },
      );
    });
    await harness.restart();
    return [...figures, ...eachMore("heap", mib)];
  },
};
