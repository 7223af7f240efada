import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { type KubeClient, Reflector, ScopedReflector } from "../../../src/kube/mod.ts";
import { Backoff } from "../../../src/kube/backoff.ts";
import { pods } from "./serving.ts";

/** Runs all pending microtasks. */
async function flush(): Promise<void> {
  for (let i = 0; i < 500; i++) await Promise.resolve();
}

Deno.test("hurry ends the delay after a failed list, of all namespaces and of one", async () => {
  const lists: (string | undefined)[] = [];
  const client: Partial<KubeClient> = {
    // deno-lint-ignore require-yield
    async *pages(_kind, { namespace } = {}) {
      lists.push(namespace);
      await Promise.resolve();
      throw new ApiError("refused", { reason: "Forbidden", code: 403 });
    },
  };
  const handlers = { added() {}, modified() {}, deleted() {} };
  const hour = 3_600_000;
  // Each delay of this backoff is three times the previous delay. The reflector of all namespaces and the
  // reflector of the namespace `a` share the backoff.
  const backoff = new Backoff(hour, 1000 * hour, () => 1);
  const options = { backoff, onLost() {} };
  const reflector = new ScopedReflector(client as KubeClient, pods, options, handlers);
  const stop = new AbortController();
  const ended = reflector.start(stop.signal);
  await flush();
  assert.deepEqual(lists, [undefined]);
  const covered = reflector.covers("a");
  await flush();
  assert.deepEqual(lists, [undefined, "a"]);
  reflector.hurry();
  await flush();
  assert.deepEqual(lists, [undefined, "a", undefined, "a"]);
  assert.equal(backoff.next(), 27 * hour, "the backoff starts again");
  stop.abort();
  await ended;
  await covered;
});

/** Starts a reflector whose lists all fail with the error that `error` returns. */
function failing(error: () => ApiError) {
  let count = 0;
  let listed = () => {};
  const client: Partial<KubeClient> = {
    // deno-lint-ignore require-yield
    async *pages() {
      count++;
      listed();
      await Promise.resolve();
      throw error();
    },
  };
  const handlers = { added() {}, modified() {}, deleted() {} };
  const options = { backoff: new Backoff(1, 1), onLost() {} };
  const reflector = new ScopedReflector(client as KubeClient, pods, options, handlers);
  return {
    reflector,
    lists: () => count,
    /** Resolves after this number of further lists. */
    more(further: number): Promise<void> {
      const last = count + further;
      return new Promise((resolve) => listed = () => count >= last && resolve());
    },
  };
}

Deno.test("after a 404, the reflector waits while no CRD defines the kind, and retries once a CRD does", async () => {
  const notFound = new ApiError("not served", { reason: "NotFound", code: 404 });
  const failed = new ApiError("not available", { reason: "ServerError", code: 503 });
  const [missing, down] = [failing(() => notFound), failing(() => failed)];
  for (const { reflector } of [missing, down]) reflector.setDefined(false);
  const stop = new AbortController();
  const ended = [missing, down].map(({ reflector }) => reflector.start(stop.signal));
  await down.more(20);
  assert.equal(missing.lists(), 1, "a 503 is retried with the backoff, a 404 is not");
  missing.reflector.setDefined(true);
  await missing.more(3);
  stop.abort();
  await Promise.all(ended);
});

/** Counts the lists and watches of a reflector. Each watch ends at once after a bookmark, with this error. */
async function shortWatches(errorOf: (nth: number) => ApiError | undefined) {
  const counts = { lists: 0, watches: 0 };
  const client: Partial<KubeClient> = {
    async *pages() {
      counts.lists++;
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
    async *watch() {
      const error = errorOf(++counts.watches);
      yield await Promise.resolve({ type: "BOOKMARK", resourceVersion: "2" } as const);
      if (error) throw error;
    },
  };
  const hour = 3_600_000;
  const reflector = new Reflector(
    client as KubeClient,
    pods,
    { backoff: new Backoff(hour, hour) },
    {
      added() {},
      modified() {},
      deleted() {},
    },
  );
  const stop = new AbortController();
  const ended = reflector.start(stop.signal);
  await flush();
  stop.abort();
  await ended;
  return counts;
}

Deno.test("after ten short watches the reflector waits, even if the watches had events", async () => {
  assert.deepEqual(await shortWatches(() => undefined), { lists: 1, watches: 11 });
  const broken = new ApiError("broken", { reason: "Unreachable" });
  assert.deepEqual(await shortWatches(() => broken), { lists: 1, watches: 1 });
  const gone = new ApiError("gone", { reason: "Gone" });
  // Every second watch continues the first one after a list.
  const counts = await shortWatches((nth) => nth % 2 === 0 ? gone : undefined);
  assert.deepEqual(counts, { lists: 6, watches: 11 });
});

Deno.test("the reflector reads no further event of a watch until it may", async () => {
  let sent = 0;
  const client: Partial<KubeClient> = {
    async *pages() {
      yield await Promise.resolve({ items: [], resourceVersion: "1" });
    },
    async *watch() {
      for (;;) {
        sent++;
        yield await Promise.resolve({ type: "BOOKMARK", resourceVersion: "2" } as const);
      }
    },
  };
  const room = Promise.withResolvers<void>();
  const stop = new AbortController();
  const options = {
    ready: () => {
      if (sent === 5) return room.promise;
      if (sent === 7) stop.abort();
    },
  };
  const handlers = { added() {}, modified() {}, deleted() {} };
  const ended = new Reflector(client as KubeClient, pods, options, handlers).start(stop.signal);
  await flush();
  assert.equal(sent, 5);
  room.resolve();
  await ended;
  assert.equal(sent, 8);
});
