/**
 * `deno task bench:graphs [--graphs=200]`: RGDs of five nodes, applied at once on a control plane of its own,
 * kro from the bundle as a process of its own: until all are Active, what it uses then, and what a restart
 * writes. The bare loop creates as many CRDs and waits for them: what the API server takes for them alone.
 */
import { parseArgs } from "node:util";
import { bundle } from "../../deploy/tasks/bundle.ts";
import {
  CRD_KIND,
  type KindRef,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../src/api/mod.ts";
import { compile, kindsOf } from "../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../src/openapi/mod.ts";
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { cpuMs, residentBytes, startBundle } from "./instances/controller.ts";
import { five } from "./instances/five.ts";
import { administrator, pause } from "./instances/setup.ts";

/** More than anything here may take. */
const LIMIT_SECONDS = 300;

const BY = { fieldManager: "bench" };

const { values } = parseArgs({ options: { graphs: { type: "string", default: "200" } } });
const count = Number(values.graphs);

await using controlPlane = await startControlPlane({
  progress: (line) => console.error(line),
  without: apiOnly,
});
const client = await administrator(controlPlane);
const path = await bundle();

const bare = await timed(async () => {
  await Promise.all(rgds("Bare").map(async (rgd) => client.create(CRD_KIND, await crdOf(rgd), BY)));
  await all(CRD_KIND, (object) => JSON.stringify(object.status ?? {}).includes('"Established"'));
});
console.log(`bare loop: ${count} CRDs established after ${bare.toFixed(1)} s`);

{
  await using kro = await startBundle(controlPlane, path);
  const idle = residentBytes(kro.pid);
  const before = await cpuMs(kro.pid);
  let peak = 0;
  const watch = setInterval(async () => peak = Math.max(peak, await residentBytes(kro.pid)), 200);
  const seconds = await timed(async () => {
    await Promise.all(rgds("Graph").map((rgd) => client.create(RGD_KIND, rgd, BY)));
    await all(RGD_KIND, (object) => (object.status as { state?: string })?.state === "Active");
  });
  await pause(5);
  clearInterval(watch);
  const calls = [...(await kro.requests()).values()].reduce((sum, n) => sum + n, 0) / count;
  const cpu = (await cpuMs(kro.pid) - before) / count;
  console.log(
    `${count} RGDs Active after ${seconds.toFixed(1)} s (${
      (seconds / bare).toFixed(1)
    } bare loops), ` +
      `${cpu.toFixed(0)} ms of CPU and ${calls.toFixed(1)} calls each; resident ${
        mib(await idle)
      } before, ${mib(await residentBytes(kro.pid))} after, ${mib(peak)} at most`,
  );
}
{
  await using kro = await startBundle(controlPlane, path);
  await pause(10);
  const requests = [...await kro.requests()];
  const writes = requests.filter(([key]) => !/^(get|list|watch|raw) /.test(key));
  console.log(
    `restart: ${writes.length === 0 ? "no write" : writes.map((w) => w.join(": ")).join(", ")}, ` +
      `resident ${mib(await residentBytes(kro.pid))}`,
  );
}
client.close();

function rgds(kind: string): ResourceGraphDefinition[] {
  return Array.from({ length: count }, (_, i) => five(`${kind}${i}`));
}

async function crdOf(rgd: ResourceGraphDefinition): Promise<KubeObject> {
  const result = compile(rgd, await resolveKinds(snapshotSource(), kindsOf(rgd)));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.graph.crd;
}

/** Resolves when all objects of the kind hold that are there now, kro's own CRDs among them. */
async function all(kind: KindRef, holds: (object: KubeObject) => boolean): Promise<void> {
  const end = Date.now() + LIMIT_SECONDS * 1000;
  for (;;) {
    const { items } = await client.list(kind);
    const left = items.filter((object) => !holds(object)).length;
    if (left === 0) return;
    if (Date.now() > end) {
      throw new Error(`${left} of ${items.length} ${kind.plural} are not there`);
    }
    await pause(0.25);
  }
}

async function timed(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
