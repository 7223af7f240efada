/**
 * Tests of the signals that stop kro: the first signal stops kro gracefully, further signals within one
 * second are ignored as copies of the first signal, and a later signal ends kro immediately.
 */
import assert from "node:assert/strict";
import { StopSignals } from "../../../src/cli/stop_signals.ts";

Deno.test("copies of the first signal are ignored, and a signal after a second ends kro", () => {
  const calls: string[] = [];
  let now = 5000;
  const signals = new StopSignals({
    stop: (signal) => calls.push(`stop ${signal}`),
    end: () => calls.push("end"),
    now: () => now,
  });
  signals.receive("SIGTERM");
  signals.receive("SIGTERM");
  now += 999;
  signals.receive("SIGINT");
  assert.deepEqual(calls, ["stop SIGTERM"]);
  now += 1;
  signals.receive("SIGTERM");
  assert.deepEqual(calls, ["stop SIGTERM", "end"]);
});
