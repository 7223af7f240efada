/**
 * `deno task bench:instances [rate] [collection] [memory] [--instances=5000]`: instances of five objects on a
 * control plane of its own, kro from the bundle as a process of its own. Ratios count: machines differ.
 */
import { parseArgs } from "node:util";
import { bundle } from "../../deploy/tasks/bundle.ts";
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { measureCollection } from "./instances/collection.ts";
import { startBundle } from "./instances/controller.ts";
import { measureMemory } from "./instances/memory.ts";
import { measureRate } from "./instances/rate.ts";
import { administrator } from "./instances/setup.ts";

/** kro's instance workers by default. */
const WORKERS = 16;

const { values, positionals } = parseArgs({
  options: { instances: { type: "string", default: "5000" } },
  allowPositionals: true,
});
const most = Number(values.instances);
const asked = new Set(positionals);
const wants = (part: string) => asked.size === 0 || asked.has(part);
const progress = (line: string) => console.error(line);

await using controlPlane = await startControlPlane({ progress, without: apiOnly });
const client = await administrator(controlPlane);
const path = await bundle();

if (wants("rate")) {
  await using kro = await startBundle(controlPlane, path);
  const plan = { rounds: 4, count: 200, concurrency: WORKERS };
  for (const { bare, kro: own, cpuMs } of await measureRate(controlPlane, client, kro, plan)) {
    console.log(
      `rate: kro ${own.toFixed(1)} of ${bare.toFixed(1)} instances/s by the bare loop: ` +
        `${(100 * own / bare).toFixed(0)} %; CPU an instance ${cpuMs.kro.toFixed(1)} ms, ` +
        `of the bare loop ${cpuMs.bare.toFixed(1)} ms`,
    );
  }
}
if (wants("collection")) {
  await using kro = await startBundle(controlPlane, path);
  const { calls, cpuMs } = await measureCollection(client, kro, { items: 1000, drifts: 100 });
  console.log(
    `forEach of 1000: a drifted item costs ${calls} calls and ${cpuMs.toFixed(1)} ms of CPU`,
  );
}
if (wants("memory")) {
  await using kro = await startBundle(controlPlane, path, { inspected: true });
  const counts = [most / 10, most / 5, most].map(Math.round);
  const held = await measureMemory(client, kro, counts, progress);
  for (const { instances, heap, committed, resident } of held) {
    console.log(
      `${instances} instances: heap ${mib(heap)} of ${mib(committed)}, resident ${mib(resident)}`,
    );
  }
  const [low, high] = [held[1]!, held.at(-1)!];
  const each = (of: "heap" | "resident") =>
    ((high[of] - low[of]) / (high.instances - low.instances) / 1024).toFixed(1);
  console.log(`a further instance: heap ${each("heap")} KiB, resident ${each("resident")} KiB`);
}
client.close();

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
