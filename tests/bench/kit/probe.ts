/**
 * Another user of the cluster: a GET and a PATCH of a ConfigMap every 20 ms. A process of its own, for the
 * benchmark's own work must not count: `probe.ts <kubeconfig>` says when it is ready, and when it is told
 * to end it prints the milliseconds of each request, as {@link Taken}.
 */
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { guarded } from "../../support/controlplane/guard.ts";
import { KINDS } from "../instances/five.ts";
import { pause } from "../instances/setup.ts";

/** Milliseconds of each request. */
export interface Taken {
  get: number[];
  patch: number[];
}

const REF = { kind: KINDS.ConfigMap, namespace: "default", name: "neighbour" };

/** How long the other user's requests take while something is done. */
export async function probe(kubeconfig: string, act: () => Promise<unknown>): Promise<Taken> {
  const args = ["run", "-A", "--no-check", import.meta.filename!, kubeconfig];
  const process = guarded(Deno.execPath(), args);
  const output = process.output.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    await output.read();
    await act();
  } finally {
    await process.stop();
  }
  let text = "";
  for (let chunk = await output.read(); !chunk.done; chunk = await output.read()) {
    text += chunk.value;
  }
  return JSON.parse(text) as Taken;
}

if (import.meta.main) {
  const client = connect(await loadConfig({ kubeconfig: Deno.args[0]! }), { userAgent: "probe" });
  const by = { fieldManager: "probe" };
  const taken: Taken = { get: [], patch: [] };
  const timed = async (into: number[], request: () => Promise<unknown>) => {
    const began = performance.now();
    await request();
    into.push(performance.now() - began);
  };
  let told = false;
  Deno.addSignalListener("SIGTERM", () => told = true);
  const { kind, ...metadata } = REF;
  await client.create(kind, { apiVersion: "v1", kind: kind.kind, metadata, data: {} }, by);
  for (let i = -20; !told; i++) {
    if (i === 0) {
      // The first ones ran code that was not compiled yet.
      taken.get.length = taken.patch.length = 0;
      console.log("ready");
    }
    await timed(taken.get, () => client.get(REF));
    await timed(taken.patch, () => client.mergePatch(REF, { data: { i: String(i) } }, by));
    await pause(0.02);
  }
  await client.delete(REF);
  console.log(JSON.stringify(taken));
  Deno.exit(0);
}
