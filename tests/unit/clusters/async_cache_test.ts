import assert from "node:assert/strict";
import { AsyncCache } from "../../../src/clusters/async_cache.ts";

/** Returns a cache that records the calls of its metrics callbacks. */
function recordingCache(): { cache: AsyncCache<string>; events: string[] } {
  const events: string[] = [];
  const cache = new AsyncCache<string>({
    lookedUp: (how) => events.push(how),
    loaded: (ok) => events.push(ok ? "loaded" : "failed"),
    evicted: () => events.push("evicted"),
  });
  return { cache, events };
}

Deno.test("concurrent gets of a key share one load, and later ones return the cached value", async () => {
  const { cache, events } = recordingCache();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  const both = await Promise.all([cache.get("a", load), cache.get("a", load)]);
  assert.deepEqual([...both, await cache.get("a", load)], ["answer 1", "answer 1", "answer 1"]);
  assert.deepEqual(events, ["miss", "shared", "loaded", "hit"]);
  assert.equal(cache.size, 1);
});

Deno.test("a forgotten key is loaded again, and forgetting an unknown key does nothing", async () => {
  const { cache, events } = recordingCache();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  await cache.get("a", load);
  cache.forget("a");
  cache.forget("b");
  assert.equal(await cache.get("a", load), "answer 2");
  assert.deepEqual(events, ["miss", "loaded", "evicted", "miss", "loaded"]);
});

Deno.test("a failed load rejects all callers that share it; failures and unwanted values are not cached", async () => {
  const { cache, events } = recordingCache();
  const failing = () => Promise.reject(new Error("refused"));
  const callers = [cache.get("a", failing), cache.get("a", failing)];
  for (const caller of callers) await assert.rejects(caller, { message: "refused" });
  assert.equal(await cache.get("a", () => Promise.resolve(""), (text) => text !== ""), "");
  assert.equal(cache.size, 0);
  assert.deepEqual(events, ["miss", "shared", "failed", "miss", "loaded"]);
});

Deno.test("a load that was forgotten while it ran does not replace a newer value", async () => {
  const { cache } = recordingCache();
  const first = Promise.withResolvers<string>();
  const old = cache.get("a", () => first.promise);
  cache.forget("a");
  assert.equal(await cache.get("a", () => Promise.resolve("new")), "new");
  first.reject(new Error("late"));
  await assert.rejects(old, { message: "late" });
  assert.equal(await cache.get("a", () => Promise.resolve("newer")), "new");
});
