/** Tests of the HTTP endpoint's event streams, which report changes of RGDs and instances. */
import assert from "node:assert/strict";
import type { Change, ControllerView } from "../../../src/controller/mod.ts";
import { createHandler, EventStreams, listen } from "../../../src/server/mod.ts";
import { view } from "../../support/server/view.ts";
import { eventually } from "../../support/wait.ts";

/** A source of changes for the endpoint. `listeners` contains the current subscribers. */
class Source {
  readonly listeners = new Set<(change: Change) => void>();
  readonly view: ControllerView = {
    ...view,
    subscribe: (listener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
  };

  /** Reports to all subscribers that the graph `a` has changed to this state. */
  emit(state: string): void {
    for (const listener of this.listeners) listener({ type: "graph", graph: "a", state });
  }
}

interface Received {
  id: string;
  event: string;
  data: { state?: string };
}

/** Returns a function that reads the next event of a stream. */
function reader(response: Response) {
  const lines = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const next = async (): Promise<Received> => {
    for (;;) {
      const end = rest.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await lines.read();
        assert.ok(!done, "the stream ended");
        rest += value;
        continue;
      }
      const text = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (text.startsWith(":")) continue;
      const fields = Object.fromEntries(text.split("\n").map((line) => line.split(/: (.*)/s)));
      return { ...fields, data: JSON.parse(fields.data) } as Received;
    }
  };
  return { next, cancel: () => lines.cancel() };
}

Deno.test("a stream gets changes, and a client resumes after the last event that it has seen", async () => {
  const source = new Source();
  const streams = new EventStreams(source.view, { kept: 3 });
  assert.equal(source.listeners.size, 0);
  const first = reader(streams.open(undefined));
  const opened = await first.next();
  assert.equal(opened.event, "open");
  source.emit("Inactive");
  const change = await first.next();
  assert.deepEqual([change.event, change.data], ["graph", { graph: "a", state: "Inactive" }]);
  await first.cancel();
  for (const state of ["1", "2"]) source.emit(state);

  const second = reader(streams.open(change.id));
  assert.deepEqual([(await second.next()).data.state, (await second.next()).data.state], [
    "1",
    "2",
  ]);
  await second.cancel();
  const third = reader(streams.open(opened.id));
  assert.equal((await third.next()).data.state, "Inactive");
  await third.cancel();

  source.emit("3");
  for (const id of [opened.id, "otherrun-1", "x", `${opened.id}9`]) {
    const reset = reader(streams.open(id));
    assert.equal((await reset.next()).event, "reset", id);
    await reset.cancel();
  }
  assert.equal(streams.size, 0);
  assert.equal(source.listeners.size, 1);
});

Deno.test("the number of streams is bounded, and a closed stream makes room", async () => {
  const streams = new EventStreams(new Source().view, { streams: 2 });
  const open = [streams.open(undefined), streams.open(undefined)];
  assert.equal(streams.open(undefined).status, 503);
  await open[0]!.body!.cancel();
  const next = streams.open(undefined);
  assert.equal(next.status, 200);
  for (const { body } of [open[1]!, next]) await body!.cancel();
});

Deno.test("a client that does not read is dropped, and other clients get all events", async () => {
  const source = new Source();
  const streams = new EventStreams(source.view, { kept: 10 });
  const slow = streams.open(undefined);
  const fast = reader(streams.open(undefined));
  await fast.next();
  for (let i = 0; i < 50; i++) {
    source.emit(String(i));
    assert.equal((await fast.next()).data.state, String(i));
  }
  assert.equal(streams.size, 1);
  assert.equal(await slow.text().catch(() => "dropped"), "dropped");
  await fast.cancel();
});

Deno.test("over HTTP, a connection that never reads is closed, and a stream ends with its client", async () => {
  const source = new Source();
  const listening = await listen(
    "127.0.0.1:0",
    createHandler({ view: source.view, version: "devel" }),
  );
  const { hostname, port } = new URL(listening.url);
  using silent = await Deno.connect({ hostname, port: Number(port) });
  await silent.write(
    new TextEncoder().encode("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  );
  await eventually("the stream is open", () => source.listeners.size > 0);
  // Each event has 64 KiB, so that a client which does not read fills the buffers of its socket after some
  // events.
  const large = "x".repeat(65_536);
  const fast = reader(await fetch(`${listening.url}/events`));
  assert.equal((await fast.next()).event, "open");
  for (let i = 0; i < 1500; i++) {
    source.emit(large);
    await fast.next();
  }
  await fast.cancel();
  const bytes = new Uint8Array(1 << 20);
  let total = 0;
  await eventually("the end of the connection", async () => {
    const count = await silent.read(bytes).catch(() => null);
    total += count ?? 0;
    return count === null;
  });
  assert.ok(total < 1500 * large.length, `${total} bytes`);
  const head = await fetch(`${listening.url}/events`, { method: "HEAD" });
  assert.equal(head.headers.get("content-type"), "text/event-stream");
  await listening.close();
});
