import assert from "node:assert/strict";
import { AsyncCache } from "../../../src/clusters/async_cache.ts";

/** Lookups that write down what they tell. */
function told(): { lookups: AsyncCache<string>; events: string[] } {
  const events: string[] = [];
  const lookups = new AsyncCache<string>({
    asked: (how) => events.push(how),
    answered: (ok) => events.push(ok ? "answered" : "failed"),
    evicted: () => events.push("evicted"),
  });
  return { lookups, events };
}

Deno.test("who asks while a request is under way shares it; later the answer is there", async () => {
  const { lookups, events } = told();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  const both = await Promise.all([lookups.get("a", load), lookups.get("a", load)]);
  assert.deepEqual([...both, await lookups.get("a", load)], ["answer 1", "answer 1", "answer 1"]);
  assert.deepEqual(events, ["miss", "shared", "answered", "hit"]);
  assert.equal(lookups.size, 1);
});

Deno.test("what is forgotten is asked for anew; what was not known is no loss", async () => {
  const { lookups, events } = told();
  let requests = 0;
  const load = () => Promise.resolve(`answer ${++requests}`);
  await lookups.get("a", load);
  lookups.forget("a");
  lookups.forget("b");
  assert.equal(await lookups.get("a", load), "answer 2");
  assert.deepEqual(events, ["miss", "answered", "evicted", "miss", "answered"]);
});

Deno.test("a failure reaches all who asked and is not kept, nor what is not worth it", async () => {
  const { lookups, events } = told();
  const failing = () => Promise.reject(new Error("refused"));
  const asked = [lookups.get("a", failing), lookups.get("a", failing)];
  for (const one of asked) await assert.rejects(one, { message: "refused" });
  assert.equal(await lookups.get("a", () => Promise.resolve(""), (text) => text !== ""), "");
  assert.equal(lookups.size, 0);
  assert.deepEqual(events, ["miss", "shared", "failed", "miss", "answered"]);
});

Deno.test("an answer that was forgotten while it was awaited does not take a newer one's place", async () => {
  const { lookups } = told();
  const first = Promise.withResolvers<string>();
  const old = lookups.get("a", () => first.promise);
  lookups.forget("a");
  assert.equal(await lookups.get("a", () => Promise.resolve("new")), "new");
  first.reject(new Error("late"));
  await assert.rejects(old, { message: "late" });
  assert.equal(await lookups.get("a", () => Promise.resolve("newer")), "new");
});
