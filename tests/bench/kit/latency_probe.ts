/**
 * A program that acts as a second client of the API server. Its latencies show how much a controller disturbs
 * other clients. It sends a GET and a PATCH of a ConfigMap every 20 ms. The program
 * `latency_probe.ts <kubeconfig>` prints `ready`, runs until SIGTERM, and then prints its {@link Latencies}
 * as JSON.
 */
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { type Figure, percentile } from "./case.ts";
import { KINDS } from "./graphs.ts";
import { beside } from "./process.ts";
import { pause } from "./user.ts";

/** The durations of all requests with each verb, in milliseconds. */
interface Latencies {
  get: number[];
  patch: number[];
}

/**
 * The number of requests that are sent before the measurement, so that V8 has already compiled the
 * client's code.
 */
const WARM_UP = 20;

/**
 * Measures the latencies of a second client of the API server while `act` runs, and returns their 99th
 * percentiles. `when` becomes a part of the figures' names.
 */
export async function latencies(
  kubeconfig: string,
  when: string,
  act: (pid: number) => Promise<unknown>,
): Promise<Figure[]> {
  const printed = await beside(import.meta.filename!, [kubeconfig], act);
  const { get, patch } = JSON.parse(printed) as Latencies;
  return [["GET", get] as const, ["PATCH", patch] as const].map(([verb, ms]) => ({
    measure: `${verb} ${when}, p99`,
    unit: "ms",
    value: percentile(ms, 99),
  }));
}

if (import.meta.main) {
  const client = connect(await loadConfig({ kubeconfig: Deno.args[0]! }), { userAgent: "probe" });
  const by = { fieldManager: "probe" };
  const ref = { kind: KINDS.ConfigMap, namespace: "default", name: "latency-probe" };
  const taken: Latencies = { get: [], patch: [] };
  const timed = async (into: number[], request: () => Promise<unknown>) => {
    const began = performance.now();
    await request();
    into.push(performance.now() - began);
  };
  let stopped = false;
  Deno.addSignalListener("SIGTERM", () => stopped = true);
  const { kind, ...metadata } = ref;
  await client.create(kind, { apiVersion: "v1", kind: kind.kind, metadata, data: {} }, by);
  for (let i = -WARM_UP; !stopped; i++) {
    if (i === 0) {
      taken.get.length = taken.patch.length = 0;
      console.log("ready");
    }
    await timed(taken.get, () => client.get(ref));
    await timed(taken.patch, () => client.mergePatch(ref, { data: { i: String(i) } }, by));
    await pause(0.02);
  }
  await client.delete(ref);
  console.log(JSON.stringify(taken));
  Deno.exit(0);
}
