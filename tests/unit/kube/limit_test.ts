// Tests of the limits on requests: slots are assigned in the order of the calls, and a token bucket
// delays requests beyond its burst.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Backoff } from "../../../src/kube/backoff.ts";
import { KeyedSemaphore, Semaphore } from "../../../src/kube/semaphore.ts";
import { TokenBucket } from "../../../src/kube/token_bucket.ts";

Deno.test("callers beyond the slots wait in order until a slot is released", async () => {
  const slots = new Semaphore(2);
  const order: number[] = [];
  const caller = async (n: number) => {
    const release = await slots.acquire();
    order.push(n);
    return release;
  };
  const first = await caller(1);
  const second = await caller(2);
  const third = caller(3);
  const fourth = caller(4);
  await Promise.resolve();
  assert.deepEqual(order, [1, 2]);
  first();
  await third;
  assert.deepEqual(order, [1, 2, 3]);
  second();
  await fourth;
  assert.deepEqual(order, [1, 2, 3, 4]);
});

Deno.test("each key has its own slots, and is forgotten when they are all free", async () => {
  const slots = new KeyedSemaphore(1);
  const first = await slots.acquire("a");
  const other = await slots.acquire("b");
  let isWaiting = true;
  const second = slots.acquire("a").then((release) => {
    isWaiting = false;
    return release;
  });
  await Promise.resolve();
  assert.ok(isWaiting);
  assert.equal(slots.size, 2);
  first();
  other();
  const release = await second;
  assert.equal(slots.size, 1);
  release();
  assert.equal(slots.size, 0);
});

Deno.test("a full bucket admits its burst at once, then one request per interval", () => {
  const bucket = new TokenBucket(10, 2, 0);
  assert.deepEqual([0, 0, 0, 0].map((now) => bucket.reserve(now)), [0, 0, 100, 200]);
  // The third and the fourth request above use the tokens that the bucket adds at 100 ms and at 200 ms. Until
  // 400 ms, the bucket adds two more tokens, so the next two requests need not wait.
  assert.deepEqual([400, 400, 400].map((now) => bucket.reserve(now)), [0, 0, 100]);
});

Deno.test("an idle bucket fills up to its burst and no further", () => {
  const bucket = new TokenBucket(1000, 3, 0);
  assert.deepEqual([1e6, 1e6, 1e6, 1e6].map((now) => bucket.reserve(now)), [0, 0, 0, 1]);
});

Deno.test("each backoff is between the base and three times the last one, and never above the cap", () => {
  const randoms = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(fc.property(randoms, (values) => {
    let i = 0;
    const backoff = new Backoff(100, 5000, () => values[i++ % values.length]!);
    let last = 100;
    for (let n = 0; n < 30; n++) {
      const wait = backoff.next();
      assert.ok(wait >= 100 && wait <= Math.min(5000, last * 3), `${wait} after ${last}`);
      last = wait;
    }
  }));
});

Deno.test("failures lengthen the backoff up to the cap, and reset returns it to the base", () => {
  const backoff = new Backoff(100, 1000, () => 0.999999);
  const waits = [1, 2, 3, 4].map(() => Math.round(backoff.next()));
  assert.deepEqual(waits, [300, 900, 1000, 1000]);
  backoff.reset();
  assert.equal(Math.round(backoff.next()), 300);
});
