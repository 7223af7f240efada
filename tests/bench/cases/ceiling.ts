/** The case `ceiling`: the speed that no controller can exceed on this machine. */
import type { Case, Figure } from "../kit/case.ts";
import { five, instanceKind, KINDS } from "../kit/graphs.ts";
import { latencies } from "../kit/latency_probe.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { beside, cpuMs } from "../kit/process.ts";
import { sweepKind } from "../kit/sweep.ts";
import { defineKind, namesOf, pause } from "../kit/user.ts";

const BARE_LOOP = new URL("../kit/bare_loop.ts", import.meta.url).pathname;

/** kro's number of instance workers, and half of that number. */
const CONCURRENCY = [8, 16];

/**
 * Runs right after `create`, because the speed of the machine changes within minutes. The controller is idle,
 * because its watches do not select the bare loop's objects. The latencies of another client are measured
 * during a loop that handles one instance at a time: no controller can disturb other clients less.
 */
export const ceiling: Case = {
  name: "ceiling",
  about:
    "A bare loop that makes the writes of kro for each instance, without a graph, a cache or a " +
    "queue: the speed that no controller can exceed on this API server.",
  column: "bare",
  async run(harness) {
    const { client, controlPlane: { kubeconfig }, sizes: { n } } = harness;
    const figures: Figure[] = [];
    for (const concurrency of [...CONCURRENCY, 1]) {
      const name = `Bare${concurrency}`;
      const kind = instanceKind(name);
      const names = namesOf(name.toLowerCase(), n);
      const create = async () => {
        const { seconds } = await harness.create(names, kind);
        await pause(2);
        return seconds;
      };
      await defineKind(client, five(name));
      using watches = new DisposableStack();
      // The API server sends kro the events of these kinds. These watches make it send as many here.
      for (const watched of [kind, ...Object.values(KINDS)]) {
        watches.use(await ObjectWatch.start(client, watched));
      }
      await beside(BARE_LOOP, [kubeconfig, name, String(concurrency)], async (pid) => {
        if (concurrency === 1) {
          figures.push(...await latencies(kubeconfig, "beside 1 at a time", create));
          return;
        }
        const figure = (what: string, unit: string, value: number) =>
          figures.push({ measure: `${n} instances ${what}`, unit, value });
        const before = await cpuMs(pid);
        figure(`created, ${concurrency} at a time`, "s", await create());
        const cpu = (await cpuMs(pid) - before) / n;
        figure(`created, ${concurrency} at a time: CPU an instance`, "ms", cpu);
        const { seconds } = await harness.update(names, kind);
        figure(`updated, ${concurrency} at a time`, "s", seconds);
      });
      await sweepKind(client, kind);
    }
    return figures;
  },
};
