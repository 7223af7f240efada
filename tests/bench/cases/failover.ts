import { LEASE_NAME, type ObjectRef } from "../../../src/api/mod.ts";
import { LEASE_KIND, LEASE_NAMESPACE } from "../../../src/kube/mod.ts";
import { type Case, type Figure, percentile } from "../kit/case.ts";
import { FIVE, KINDS, NAMESPACE } from "../kit/graphs.ts";
import type { Harness } from "../kit/harness.ts";
import { BY, pause, until } from "../kit/user.ts";

const ROUNDS = 3;

const FLAGS = [
  "--leader-elect",
  "--enable-controller-warmup",
  `--leader-election-namespace=${LEASE_NAMESPACE}`,
];

const LEASE: ObjectRef = { kind: LEASE_KIND, namespace: LEASE_NAMESPACE, name: LEASE_NAME };

/**
 * The options of the waits in this case. They poll every 10 ms, which is therefore the resolution of the
 * measured times.
 */
const OFTEN = { seconds: 60, every: 0.01 };

/**
 * Ends the leading kro process with a signal. Returns two times since then, in seconds: until another process
 * holds the Lease, and until this new leader has applied a change.
 */
async function failOver(
  { client, controller: leader }: Harness,
  signal: Deno.Signal,
  value: string,
): Promise<[taken: number, served: number]> {
  const holder = async () =>
    ((await client.get(LEASE))?.spec as { holderIdentity?: string })?.holderIdentity ?? "";
  const before = await holder();
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  Deno.kill(leader.pid, signal);
  await until(async () => !["", before].includes(await holder()), OFTEN);
  const taken = seconds();
  const [kind, namespace] = [FIVE, NAMESPACE];
  await client.mergePatch({ kind, namespace, name: "five-0" }, { spec: { value } }, BY);
  const child = { kind: KINDS.ConfigMap, namespace, name: "five-0-a" };
  const valueOf = async () =>
    (await client.get(child) as { data?: { value?: string } })?.data?.value;
  await until(async () => await valueOf() === value, OFTEN);
  return [taken, seconds()];
}

/** Measures how fast a second kro process, which waits for the Lease, replaces a leader that ends. */
export const failover: Case = {
  name: "failover",
  about:
    `Two processes of kro with leader election and warm caches. The leader is stopped (SIGTERM) or ` +
    `killed (SIGKILL), ${ROUNDS} times each; the time ends when the other process has the Lease, and when ` +
    `it has applied a change.`,
  column: "ours",
  async run(harness) {
    await harness.instances(1);
    // Stops kro gracefully, so that it releases the Lease. If kro were killed, no other process could acquire
    // the Lease until it expires.
    await harness.controller[Symbol.asyncDispose]();
    await harness.restart({ flags: FLAGS });
    const figures: Figure[] = [];
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const rounds: [taken: number, served: number][] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const standby = await harness.another({ flags: FLAGS });
        try {
          // Waits until the second process has filled its caches, because it reports that it is ready
          // earlier.
          await pause(5);
          rounds.push(await failOver(harness, signal, `${signal}-${round}`));
        } finally {
          await harness.controller[Symbol.asyncDispose]();
          harness.controller = standby;
        }
      }
      for (const [i, what] of ["Lease taken", "change served"].entries()) {
        const seconds = rounds.map((times) => times[i]!);
        figures.push(
          { measure: `${signal}: ${what} after, p50`, unit: "s", value: percentile(seconds, 50) },
          { measure: `${signal}: ${what} after, at most`, unit: "s", value: Math.max(...seconds) },
        );
      }
    }
    await harness.restart();
    return figures;
  },
};
