// Tests of delays that are longer than the longest timer.
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { systemClock } from "../../../src/controller/queue/clock.ts";
import {
  type KubeClient,
  LeaseHolder,
  Reflector,
  settledIn,
  sleep,
} from "../../../src/kube/mod.ts";
import { Backoff } from "../../../src/kube/backoff.ts";
import { pods } from "./serving.ts";

const TOO_LONG = 2 ** 31;

/** The time after which the tests treat a timer as waiting; a timer that overflows fires after 1 ms. */
const SOON_MS = 50;

Deno.test("a delay that does not fit into 32 bits does not end immediately", async () => {
  const stop = new AbortController();
  assert.equal(await settledIn(SOON_MS, sleep(TOO_LONG, stop.signal)), false);
  assert.equal(await settledIn(SOON_MS, sleep(Infinity, stop.signal)), false);
  stop.abort();
  let fired = false;
  const cancel = systemClock.schedule(() => fired = true, TOO_LONG);
  await sleep(SOON_MS);
  cancel();
  assert.equal(fired, false);
});

Deno.test("a reflector does not obey a Retry-After header of more than five minutes", async () => {
  let lists = 0;
  const client: Partial<KubeClient> = {
    // deno-lint-ignore require-yield
    async *pages() {
      lists++;
      await Promise.resolve();
      throw new ApiError("busy", { reason: "TooManyRequests", retryAfterSeconds: 1e9 });
    },
  };
  const handlers = { added() {}, modified() {}, deleted() {} };
  const delays: number[] = [];
  using _timers = recordedTimers(delays);
  const options = { backoff: new Backoff(1, 1) };
  const stop = new AbortController();
  const ended = new Reflector(client as KubeClient, pods, options, handlers).start(stop.signal);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  stop.abort();
  await ended;
  assert.equal(lists, 1);
  assert.deepEqual(delays, [300_000]);
});

Deno.test("a Lease with the largest duration and the largest number of transitions is waited for and acquired", async () => {
  const spec = {
    holderIdentity: "other",
    leaseDurationSeconds: 2 ** 31 - 1,
    leaseTransitions: 2 ** 31 - 1,
    renewTime: "garbage",
  };
  const lease = (fields: object) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "kro", resourceVersion: "1" },
    spec: { ...spec, ...fields },
  });
  let live = lease({});
  let gets = 0;
  const written: unknown[] = [];
  const client = {
    get: () => (gets++, Promise.resolve(live)),
    // deno-lint-ignore require-yield
    async *pages() {
      await new Promise(() => {});
    },
    replace: (
      _ref: unknown,
      object: typeof live,
    ) => (written.push(object.spec), Promise.resolve(object)),
  };
  const holder = (name: string) =>
    new LeaseHolder(client as unknown as KubeClient, { namespace: "n", name, identity: "me" });
  const waiting = holder("kro");
  waiting.start();
  await sleep(SOON_MS);
  assert.equal(gets, 1);
  // The holder waits for its watch when it stops, and the watch of this client never ends.
  void waiting.release();
  live = lease({ holderIdentity: "" });
  const next = holder("kro");
  next.start();
  await sleep(SOON_MS);
  assert.ok(next.held);
  assert.equal((written[0] as typeof spec).leaseTransitions, 2 ** 31 - 1);
  await next.release();
});

/** Records the delays of all timers until it is disposed. */
function recordedTimers(delays: number[]): Disposable {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((callback: () => void, ms: number) => {
    delays.push(ms);
    return setTimeout(callback, ms);
  }) as typeof setTimeout;
  return { [Symbol.dispose]: () => void (globalThis.setTimeout = setTimeout) };
}
