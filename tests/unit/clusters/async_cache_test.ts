import assert from "node:assert/strict";
import { AsyncCache } from "../../../src/clusters/async_cache.ts";

/** A cache with the events that it reported. */
function recorded(): { cache: AsyncCache<string>; events: string[] } {
  const events: string[] = [];
  const cache = new AsyncCache<string>({
    lookedUp: (how) => events.push(how),
    loaded: (ok) => events.push(ok ? "loaded" : "failed"),
    evicted: () => events.push("evicted"),
  });
  return { cache, events };
}

Deno.test("who asks while a request is under way shares it; later the answer is there", async () => {
  const { cache, events } = recorded();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  const both = await Promise.all([cache.get("a", load), cache.get("a", load)]);
  assert.deepEqual([...both, await cache.get("a", load)], ["answer 1", "answer 1", "answer 1"]);
  assert.deepEqual(events, ["miss", "shared", "loaded", "hit"]);
  assert.equal(cache.size, 1);
});

Deno.test("what is forgotten is asked for anew; what was not known is no loss", async () => {
  const { cache, events } = recorded();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  await cache.get("a", load);
  cache.forget("a");
  cache.forget("b");
  assert.equal(await cache.get("a", load), "answer 2");
  assert.deepEqual(events, ["miss", "loaded", "evicted", "miss", "loaded"]);
});

Deno.test("a failure reaches all who asked and is not kept, nor what is not worth it", async () => {
  const { cache, events } = recorded();
  const failing = () => Promise.reject(new Error("refused"));
  const asked = [cache.get("a", failing), cache.get("a", failing)];
  for (const one of asked) await assert.rejects(one, { message: "refused" });
  assert.equal(await cache.get("a", () => Promise.resolve(""), (text) => text !== ""), "");
  assert.equal(cache.size, 0);
  assert.deepEqual(events, ["miss", "shared", "failed", "miss", "loaded"]);
});

Deno.test("an answer that was forgotten while it was awaited does not take a newer one's place", async () => {
  const { cache } = recorded();
  const first = Promise.withResolvers<string>();
  const old = cache.get("a", () => first.promise);
  cache.forget("a");
  assert.equal(await cache.get("a", () => Promise.resolve("new")), "new");
  first.reject(new Error("late"));
  await assert.rejects(old, { message: "late" });
  assert.equal(await cache.get("a", () => Promise.resolve("newer")), "new");
});
