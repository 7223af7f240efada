/**
 * The benchmark case `readers`. It measures how much clients of kro's JSON API slow down the repair
 * of an object.
 */
import { type Case, percentile } from "../kit/case.ts";
import { five, NAMESPACE } from "../kit/graphs.ts";
import { readersBeside } from "../kit/reader_load.ts";
import { driftEach } from "./drift.ts";

/** The number of requests per second that the clients send to kro. */
const RATE = 700;

/**
 * The number of rounds. Each round measures repairs without clients of the JSON API and repairs with them, so
 * that other load of the machine affects both results.
 */
const ROUNDS = 4;

/** Measures how long kro takes to repair an object, without and with many clients that read the JSON API. */
export const readers: Case = {
  name: "readers",
  about: `The time of a repair while other clients send ${RATE} requests a second to kro's JSON ` +
    "API, and without these clients.",
  column: "ours",
  async run(harness) {
    const names = await harness.instances();
    const { drifts } = harness.sizes;
    const { url } = harness.controller;
    const graph = `${url}/graphs/${five().metadata.name}`;
    const urls = [
      `${url}/graphs`,
      graph,
      `${graph}/instances?limit=20`,
      `${graph}/instances/${NAMESPACE}/${names[0]}`,
    ];
    const perRound = Math.ceil(drifts / ROUNDS);
    const objects = Array.from({ length: perRound }, (_, i) => `${names[i % names.length]}-a`);
    const quiet: number[] = [];
    const busy: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(...await driftEach(harness.client, objects));
      rates.push(
        await readersBeside(RATE, urls, async () => {
          busy.push(...await driftEach(harness.client, objects));
        }),
      );
    }
    return [
      { measure: "requests a second", unit: "1/s", value: percentile(rates, 50) },
      { measure: "time to repair without readers, p50", unit: "ms", value: percentile(quiet, 50) },
      { measure: "time to repair with readers, p50", unit: "ms", value: percentile(busy, 50) },
    ];
  },
};
