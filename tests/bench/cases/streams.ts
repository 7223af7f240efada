/** The benchmark case `streams`. It measures what open event streams cost kro. */
import { type Case, percentile } from "../kit/case.ts";
import { residentMiB } from "../kit/process.ts";
import { streamsBeside } from "../kit/stream_load.ts";
import { pause } from "../kit/user.ts";
import { driftEach } from "./drift.ts";

/** The number of open streams, which is the maximum that kro accepts. */
const STREAMS = 200;

/** The number of rounds. Each round measures repairs without and with streams. */
const ROUNDS = 4;

/** Measures the memory of open event streams, and the time of a repair without and with them. */
export const streams: Case = {
  name: "streams",
  about: `The memory of ${STREAMS} open event streams, and the time of a repair without and with ` +
    "these streams.",
  column: "ours",
  async run(harness) {
    const names = await harness.instances();
    const { url, pid } = harness.controller;
    const perRound = Math.ceil(harness.sizes.drifts / ROUNDS);
    const objects = Array.from({ length: perRound }, (_, i) => `${names[i % names.length]}-a`);
    const quiet: number[] = [];
    const busy: number[] = [];
    const growth: number[] = [];
    let events = 0;
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(...await driftEach(harness.client, objects));
      const before = await residentMiB(pid);
      events += await streamsBeside(STREAMS, `${url}/events`, async () => {
        await pause(1);
        growth.push(await residentMiB(pid) - before);
        busy.push(...await driftEach(harness.client, objects));
      });
    }
    return [
      // Later rounds reuse the memory that the first round has allocated.
      { measure: `memory of ${STREAMS} streams`, unit: "MiB", value: Math.max(...growth) },
      { measure: "events received by all streams", unit: "events", value: events },
      { measure: "time to repair without streams, p50", unit: "ms", value: percentile(quiet, 50) },
      { measure: "time to repair with streams, p50", unit: "ms", value: percentile(busy, 50) },
    ];
  },
};
