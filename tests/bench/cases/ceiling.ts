/** What the API server gives a loop that does the writes of an instance and nothing else, watches open. */
import { latencies } from "./neighbour.ts";
import { five, instanceKind, KINDS } from "../instances/five.ts";
import { measured, withBare } from "../instances/rate.ts";
import { defineKind } from "../instances/setup.ts";
import { type Case, type Figure, namesOf } from "../kit/bed.ts";
import { Follower } from "../kit/follower.ts";
import { probe } from "../kit/probe.ts";
import { sweepKind } from "../kit/sweep.ts";
import { updateAll } from "./update.ts";

/** As many at a time as we have instance workers, and fewer. */
const CONCURRENCY = [8, 16];

/**
 * Right after our instances were created, for the machine is not as fast at all times; kro has nothing to do
 * meanwhile, for its watches do not hear of these objects. One instance after the other is there for what it
 * does to others: nobody who makes these writes can be easier on his neighbours.
 */
export const ceiling: Case = {
  name: "ceiling",
  column: "bare",
  async run({ client, controlPlane, sizes: { n } }) {
    const figures: Figure[] = [];
    for (const concurrency of [...CONCURRENCY, 1]) {
      const name = `Bare${concurrency}`;
      const kind = instanceKind(name);
      await defineKind(client, five(name));
      using watches = new DisposableStack();
      for (const watched of [kind, ...Object.values(KINDS)]) {
        watches.use(await Follower.start(client, watched));
      }
      const add = (what: string, unit: string, value: number) =>
        figures.push({ measure: `${n} instances ${what}`, unit, value });
      await withBare(controlPlane, name, concurrency, async (pid) => {
        const create = () => measured(client, pid, name, n);
        if (concurrency === 1) {
          const taken = await probe(controlPlane.kubeconfig, create);
          figures.push(...latencies("beside 1 at a time", taken));
          return;
        }
        const { rate, cpuMs } = await create();
        add(`created, ${concurrency} at a time`, "s", n / rate);
        add(`created, ${concurrency} at a time: CPU an instance`, "ms", cpuMs);
        const { seconds } = await updateAll(client, kind, namesOf(name.toLowerCase(), n));
        add(`updated, ${concurrency} at a time`, "s", seconds);
      });
      await sweepKind(client, kind);
    }
    return figures;
  },
};
