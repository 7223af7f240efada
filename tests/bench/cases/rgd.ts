import { CRD_KIND, type ResourceGraphDefinition, RGD_KIND } from "../../../src/api/mod.ts";
import { isEstablished, type KubeClient } from "../../../src/kube/mod.ts";
import type { Case } from "../kit/case.ts";
import { five } from "../kit/graphs.ts";
import { large } from "../kit/large_graph.ts";
import { ObjectWatch } from "../kit/object_watch.ts";
import { residentMiB } from "../kit/process.ts";
import { BY, concurrently, crdOf } from "../kit/user.ts";

const LARGE = 50;

/** Creates RGDs concurrently. Returns the time until all are Active, in seconds. */
async function activate(
  client: KubeClient,
  graphs: readonly ResourceGraphDefinition[],
): Promise<number> {
  using watch = await ObjectWatch.start(client, RGD_KIND);
  const began = performance.now();
  const done = watch.all(
    graphs.map(({ metadata }) => metadata.name!),
    ({ status }) => (status as { state?: string } | undefined)?.state === "Active",
  );
  await Promise.all(graphs.map((graph) => client.create(RGD_KIND, graph, BY)));
  return (Math.max(...(await done).values()) - began) / 1000;
}

/**
 * Calls `act`. Returns its result, and the largest resident memory of the process `pid` during the call, in
 * MiB.
 */
async function peakOf<T>(pid: number, act: () => Promise<T>): Promise<{ result: T; peak: number }> {
  let peak = 0;
  const look = async () => peak = Math.max(peak, await residentMiB(pid));
  const timer = setInterval(look, 200);
  try {
    const result = await act();
    await look();
    return { result, peak };
  } finally {
    clearInterval(timer);
  }
}

/** Measures how long the controller takes for many small RGDs and for a large RGD. */
export const rgds: Case = {
  name: "rgd",
  about:
    `Many RGDs of five nodes are created at the same time. Then the controller is restarted, and one RGD ` +
    `of ${LARGE} nodes is created.`,
  async run(harness) {
    const { client, sizes: { graphs: count } } = harness;
    const graphs = Array.from({ length: count }, (_, i) => five(`Graph${i}`));
    const { pid } = harness.controller;
    const rssBefore = await residentMiB(pid);
    const { result, peak } = await peakOf(
      pid,
      () => harness.measure(() => activate(client, graphs)),
    );
    const { result: seconds, all, cpuMs } = result;
    const rss = await residentMiB(pid);
    const restarted = await harness.measure(() => harness.restart());
    const rssRestarted = await residentMiB(harness.controller.pid);
    const largest = await harness.measure(() => activate(client, [large(LARGE, "large")]));
    const again = `restart with ${count} more RGDs`;
    const node = `an RGD of ${LARGE} nodes`;
    return [
      { measure: `${count} RGDs Active after`, unit: "s", value: seconds },
      { measure: "calls an RGD", unit: "calls", value: all.calls / count },
      { measure: "CPU an RGD", unit: "ms", value: cpuMs / count },
      { measure: "RSS before", unit: "MiB", value: rssBefore },
      { measure: `RSS with ${count} more RGDs`, unit: "MiB", value: rss },
      { measure: "RSS at most meanwhile", unit: "MiB", value: peak },
      { measure: `${again}: ready after`, unit: "ms", value: harness.controller.readyMs },
      { measure: `${again}: calls`, unit: "calls", value: restarted.all.calls },
      { measure: `${again}: writes`, unit: "calls", value: restarted.all.writes },
      { measure: `${again}: RSS`, unit: "MiB", value: rssRestarted },
      { measure: `${node}: Active after`, unit: "ms", value: largest.result * 1000 },
      { measure: `${node}: CPU`, unit: "ms", value: largest.cpuMs },
    ];
  },
};

/**
 * Measures the API server's share of the time in the case `rgd`: creates only the CRDs of these RGDs, without
 * a controller.
 */
export const crds: Case = {
  name: "crds",
  about:
    "The CRDs of as many RGDs, created at once without a controller, until the API server has " +
    "established all: the shortest time that `rgd` can take.",
  column: "bare",
  async run({ client, sizes: { graphs: count } }) {
    const kinds = Array.from({ length: count }, (_, i) => `Crd${i}`);
    const crds = await Promise.all(kinds.map((kind) => crdOf(five(kind))));
    using watch = await ObjectWatch.start(client, CRD_KIND);
    const began = performance.now();
    const done = watch.all(crds.map(({ metadata }) => metadata.name!), isEstablished);
    await Promise.all(crds.map((crd) => client.create(CRD_KIND, crd, BY)));
    const seconds = (Math.max(...(await done).values()) - began) / 1000;
    await concurrently(
      crds,
      ({ metadata }) => client.delete({ kind: CRD_KIND, name: metadata.name! }),
    );
    return [{ measure: `${count} CRDs established after`, unit: "s", value: seconds }];
  },
};
