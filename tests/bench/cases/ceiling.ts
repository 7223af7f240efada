/**
 * The benchmark case `ceiling`. It measures the API server's own speed, which no controller can
 * exceed.
 */
import type { Case, Figure } from "../kit/case.ts";
import { five, instanceKind, KINDS } from "../kit/graphs.ts";
import { latencies } from "../kit/latency_probe.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { beside, cpuMs } from "../kit/process.ts";
import { sweepKind } from "../kit/sweep.ts";
import { defineKind, namesOf, pause } from "../kit/user.ts";

const BARE_LOOP = new URL("../kit/bare_loop.ts", import.meta.url).pathname;

/**
 * The bare loop is a program that sends the same writes as kro, and does no other work. It is measured once
 * for each of these numbers of instances that it processes concurrently. 16 is kro's default number of
 * workers.
 */
const CONCURRENCY = [8, 16];

/**
 * Measures the bare loop: a program that sends the same writes as kro, and does no other work. The case runs
 * right after the case `create`, because the benchmark compares the figures of both cases, and the speed of
 * the machine may change within minutes. The running controller is idle during the case, because its watches
 * do not select the objects of the bare loop.
 *
 * Finally, the case measures the latencies of another client of the API server while the bare loop processes
 * one instance at a time. Every controller sends at least as many writes as the bare loop, so no controller
 * can cause lower latencies for other clients.
 */
export const ceiling: Case = {
  name: "ceiling",
  about:
    "A loop that sends the same writes as kro for each instance, without a graph, a cache or a " +
    "queue. No controller can be faster on this API server.",
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
      // Opens watches of the same kinds that kro watches. With kro, the API server must send these watch
      // events, so it must do the same work for the bare loop.
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
