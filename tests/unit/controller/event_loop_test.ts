import assert from "node:assert/strict";
import { configure, reset } from "@logtape/logtape";
import { logBlocked } from "../../../src/controller/event_loop.ts";

Deno.test("a blocked event loop is logged with the passes meanwhile and the last event", async () => {
  const lines: unknown[] = [];
  await configure({
    sinks: { lines: ({ properties }) => void lines.push(properties) },
    loggers: [{ category: ["kro", "controller"], sinks: ["lines"] }],
    reset: true,
  });
  try {
    const asked: number[] = [];
    const queue = (...keys: string[]) => ({ processedIn: (ms: number) => (asked.push(ms), keys) });
    const kind = { group: "apps", version: "v1", kind: "Deployment", plural: "", namespaced: true };
    logBlocked(499, [queue("a")], kind);
    assert.deepEqual(lines, [], "a short delay is not logged");
    logBlocked(2000, [queue("a", "b"), queue("c")], kind);
    logBlocked(500, [queue(), queue()], undefined);
    assert.deepEqual(lines, [
      { duration: "2s", passes: "a, b, c", event: "Deployment.apps" },
      { duration: "500ms", passes: "none", event: "none" },
    ]);
    // The log line about a blocked event loop names the reconciliations that ended while the loop was
    // blocked, or in the 500 ms before. After a block of 2000 ms, `logBlocked` must therefore ask each queue
    // for the keys of the last 2500 ms.
    assert.deepEqual(asked, [2500, 2500, 1000, 1000]);
  } finally {
    await reset();
  }
});
