/** Tests that many requests to the HTTP endpoint do not delay other work of the event loop. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { createHandler, listen } from "../../../src/server/mod.ts";
import { Turns } from "../../../src/server/turns.ts";
import { view } from "../../support/server/view.ts";

/** Counts the turns of the event loop until the counter is disposed. */
function countTurns() {
  let [count, isDone] = [0, false];
  const next = () =>
    setImmediate(() => {
      count++;
      if (!isDone) next();
    });
  next();
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]: () => void (isDone = true),
  };
}

Deno.test("requests begin in their order, each in a turn of its own", async () => {
  using turns = countTurns();
  const queue = new Turns();
  const admitted: [request: number, turn: number][] = [];
  await Promise.all([0, 1, 2, 3].map(async (request) => {
    await queue.next();
    admitted.push([request, turns.count]);
  }));
  assert.deepEqual(admitted.map(([request]) => request), [0, 1, 2, 3]);
  assert.equal(new Set(admitted.map(([, turn]) => turn)).size, 4);
  await queue.next();
});

Deno.test("the endpoint answers requests that arrive together in different turns", async () => {
  using turns = countTurns();
  const reads: number[] = [];
  const graphNames = () => {
    reads.push(turns.count);
    return view.graphNames();
  };
  const handler = createHandler({ view: { ...view, graphNames }, version: "devel" });
  const listening = await listen("127.0.0.1:0", handler);
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => fetch(`${listening.url}/graphs`)),
  );
  for (const response of responses) assert.match(await response.text(), /"total": 3/);
  assert.equal(new Set(reads).size, 8);
  await listening.close();
});
