/** How long another user's requests take when all instances are updated, beside the same when nothing happens. */
import { type Bed, BY, type Case, percentile } from "../kit/bed.ts";
import { KINDS } from "../instances/five.ts";
import { pause } from "../instances/setup.ts";
import { updateAll } from "./update.ts";

const REF = { kind: KINDS.ConfigMap, namespace: "default", name: "neighbour" };

/** A GET and a PATCH every 20 ms until told to stop; the milliseconds of each. */
async function requests(bed: Bed, stop: AbortSignal): Promise<{ get: number[]; patch: number[] }> {
  const taken = { get: [] as number[], patch: [] as number[] };
  const timed = async (into: number[], request: () => Promise<unknown>) => {
    const began = performance.now();
    await request();
    into.push(performance.now() - began);
  };
  for (let i = 0; !stop.aborted; i++) {
    await timed(taken.get, () => bed.client.get(REF));
    await timed(taken.patch, () => bed.client.mergePatch(REF, { data: { i: String(i) } }, BY));
    await pause(0.02);
  }
  return taken;
}

export const neighbour: Case = {
  name: "neighbour",
  async run(bed) {
    const names = await bed.instances();
    const { kind, ...metadata } = REF;
    const object = { apiVersion: "v1", kind: kind.kind, metadata, data: { i: "0" } };
    await bed.client.create(kind, object, BY);
    const during = async (act: () => Promise<unknown>) => {
      const stop = new AbortController();
      const asked = requests(bed, stop.signal);
      await act();
      stop.abort();
      return await asked;
    };
    const still = await during(() => pause(5));
    const busy = await during(() => updateAll(bed, names));
    await bed.audit.settle();
    await bed.client.delete(REF);
    const figure = (measure: string, ms: number[]) => ({
      measure,
      unit: "ms",
      value: percentile(ms, 99),
    });
    return [
      figure("GET when quiet, p99", still.get),
      figure("GET during an update, p99", busy.get),
      figure("PATCH when quiet, p99", still.patch),
      figure("PATCH during an update, p99", busy.patch),
    ];
  },
};
