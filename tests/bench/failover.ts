/**
 * `deno task bench:failover [--rounds=3]`: two controllers from the bundle with leader election, in turn one
 * that leads and one that waits with warm caches. The leader is stopped (SIGTERM) or killed (SIGKILL); how
 * long until the other has the Lease, and until it has served a change that was made then.
 */
import { parseArgs } from "node:util";
import { bundle } from "../../deploy/tasks/bundle.ts";
import { LEASE_NAME, type ObjectRef } from "../../src/api/mod.ts";
import { LEASE_KIND, LEASE_NAMESPACE } from "../../src/kube/mod.ts";
import { apiOnly, startControlPlane } from "../support/controlplane/mod.ts";
import { type BenchController, startBundle } from "./instances/controller.ts";
import { five, instanceKind, KINDS, NAMESPACE } from "./instances/five.ts";
import { active, administrator, createInstances, pause, publish } from "./instances/setup.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Number(values.rounds);

/** More than anything here may take. */
const LIMIT_SECONDS = 60;

const FLAGS = [
  "--leader-elect",
  "--enable-controller-warmup",
  `--leader-election-namespace=${LEASE_NAMESPACE}`,
];

await using controlPlane = await startControlPlane({
  progress: (line) => console.error(line),
  without: apiOnly,
});
const client = await administrator(controlPlane);
const path = await bundle();
const start = () => startBundle(controlPlane, path, { flags: FLAGS });

const lease: ObjectRef = { kind: LEASE_KIND, namespace: LEASE_NAMESPACE, name: LEASE_NAME };
const kind = instanceKind("Five");
const app: ObjectRef = { kind, namespace: NAMESPACE, name: "app" };
const child: ObjectRef = { kind: KINDS.ConfigMap, namespace: NAMESPACE, name: "app-a" };

let leader = await start();
let standby: BenchController | undefined;
try {
  await publish(client, five("Five"));
  await createInstances(client, kind, ["app"], 1);
  await active(client, kind, 1);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const taken: number[] = [];
    const served: number[] = [];
    for (let round = 0; round < rounds; round++) {
      standby = await start();
      // Ready is not warm.
      await pause(5);
      const [lost, found] = await failOver(signal, `${signal} ${round}`);
      taken.push(lost);
      served.push(found);
      await leader[Symbol.asyncDispose]();
      [leader, standby] = [standby, undefined];
    }
    console.log(
      `${signal}: the Lease is taken after ${range(taken)}, a change is served after ${
        range(served)
      } (${rounds} rounds)`,
    );
  }
} finally {
  await leader[Symbol.asyncDispose]();
  await standby?.[Symbol.asyncDispose]();
  client.close();
}

/** Seconds from the signal until somebody else holds the Lease, and until his first change is done. */
async function failOver(signal: Deno.Signal, value: string): Promise<[number, number]> {
  const before = await holder();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  Deno.kill(leader.pid, signal);
  await until(async () => !["", before].includes(await holder()));
  const taken = seconds();
  await client.mergePatch(app, { spec: { value } }, { fieldManager: "bench" });
  await until(async () =>
    (await client.get(child) as { data?: { value?: string } })?.data?.value === value
  );
  return [taken, seconds()];
}

async function holder(): Promise<string> {
  const spec = (await client.get(lease))?.spec as { holderIdentity?: string } | undefined;
  return spec?.holderIdentity ?? "";
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + LIMIT_SECONDS * 1000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`not within ${LIMIT_SECONDS} s`);
    await pause(0.01);
  }
}

function range(seconds: readonly number[]): string {
  const [low, high] = [Math.min(...seconds), Math.max(...seconds)].map((s) => s.toFixed(2));
  return low === high ? `${low} s` : `${low} to ${high} s`;
}
