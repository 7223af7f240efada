// Tests of the decoding of a watch: its lines, its events, and the Status that ends it.
import assert from "node:assert/strict";
import { ApiError } from "../../../src/api/mod.ts";
import { lines, toEvent } from "../../../src/kube/watch.ts";

async function linesOf(bytes: Uint8Array, size: number): Promise<string[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0; i < bytes.length; i += size) {
    chunks.push(new Uint8Array(bytes.slice(i, i + size)));
  }
  return await Array.fromAsync(lines(ReadableStream.from(chunks), new AbortController().signal));
}

Deno.test("lines are complete, wherever the chunks are split", async () => {
  const bytes = new TextEncoder().encode('{"a":"ü€😀"}\n{"b":2}\n\n{"c":');
  for (let size = 1; size <= bytes.length; size++) {
    // The last line of the response has no line end and is dropped, because it is incomplete.
    assert.deepEqual(await linesOf(bytes, size), ['{"a":"ü€😀"}', '{"b":2}'], `chunks of ${size}`);
  }
});

Deno.test("an aborted watch ends even if its stream stays silent", async () => {
  const stop = new AbortController();
  const silent = new ReadableStream<Uint8Array>();
  const ended = Array.fromAsync(lines(silent, stop.signal));
  stop.abort();
  assert.deepEqual(await ended, []);
});

Deno.test("a BOOKMARK event has only a resourceVersion", () => {
  const line = JSON.stringify({
    type: "BOOKMARK",
    object: { kind: "Pod", metadata: { resourceVersion: "42" } },
  });
  assert.deepEqual(toEvent("WATCH pods", line), { type: "BOOKMARK", resourceVersion: "42" });
});

Deno.test("an ERROR event with 410 is Gone", () => {
  const object = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
  const line = JSON.stringify({ type: "ERROR", object });
  assert.throws(
    () => toEvent("WATCH pods", line),
    (e) => e instanceof ApiError && e.reason === "Gone" && e.message === "WATCH pods: too old",
  );
});

Deno.test("a malformed event is an ApiError", () => {
  const garbage = [
    "",
    "null",
    "[]",
    "{",
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":{}}',
    '{"type":"MODIFIED","object":{"metadata":[]}}',
    '{"type":"BOOKMARK","object":{}}',
    '{"type":"ERROR"}',
    '{"object":{"metadata":{}}}',
    "<html>",
  ];
  for (const line of garbage) {
    assert.throws(
      () => toEvent("WATCH pods", line),
      (e) => e instanceof ApiError && /^WATCH pods: /.test(e.message),
      line,
    );
  }
});

Deno.test("a line of more than 32 MiB is aborted before it fills the memory", async () => {
  const chunk = new Uint8Array(2 ** 20).fill(97);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent++;
      controller.enqueue(chunk);
    },
  });
  const reading = Array.fromAsync(lines(endless, new AbortController().signal));
  await assert.rejects(reading, /a line of more than 32 MiB/);
  assert.ok(sent < 40, `${sent} MiB were read`);
});
