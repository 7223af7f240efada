/**
 * Tests that a client with many connections or many requests does not prevent other clients from using kro's
 * HTTP endpoint.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { listen, type Listening } from "../../../src/server/mod.ts";
import { TurnCounter } from "../../support/turns.ts";
import { eventually } from "../../support/wait.ts";

const REQUEST = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/**
 * Opens a connection to the endpoint from `localAddress`, an address in the loopback network 127.0.0.0/8. The
 * endpoint counts connections by this address.
 */
function open({ url }: Listening, localAddress: string): Socket {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), localAddress });
  // Ignores errors, because the endpoint resets the connections that exceed its maximum.
  return socket.on("error", () => {});
}

/** Sends one request to the endpoint from this local address, and returns the response as text. */
async function answer(listening: Listening, localAddress: string): Promise<string> {
  const socket = open(listening, localAddress);
  socket.write(REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  let text = "";
  socket.on("data", (chunk) => text += chunk);
  await once(socket, "close");
  return text;
}

Deno.test("1,000 connections from one address leave room for the connection of another", async () => {
  const listening = await listen("127.0.0.1:0", () => new Response("ok"));
  const sockets = Array.from({ length: 1000 }, () => open(listening, "127.0.0.2"));
  try {
    await eventually("all connections but 256 are closed", () => {
      const closed = sockets.filter(({ destroyed }) => destroyed).length;
      return Promise.resolve(closed === 1000 - 256);
    });
    assert.match(await answer(listening, "127.0.0.3"), /^HTTP\/1\.1 200 /);
  } finally {
    for (const socket of sockets) socket.destroy();
    await listening.close();
  }
});

Deno.test("a connection that sends 2,000 requests at once gets all responses, and others get theirs", async () => {
  let count = 0;
  const listening = await listen("127.0.0.1:0", () => new Response(`number ${++count}\n`));
  const socket = open(listening, "127.0.0.2");
  let text = "";
  socket.on("data", (chunk) => text += chunk);
  socket.write(REQUEST.repeat(2000));
  assert.match(await answer(listening, "127.0.0.3"), /number \d+/);
  await eventually("all responses", () => {
    const numbers = text.match(/number \d+/g) ?? [];
    return Promise.resolve(numbers.length === 2000);
  });
  const numbers = text.match(/number \d+/g)!.map((each) => Number(each.slice(7)));
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  socket.destroy();
  await listening.close();
});

Deno.test("at most one request is handled in each turn of the event loop, and probes do not wait", async () => {
  using counter = new TurnCounter();
  const handled: number[] = [];
  let probes = 0;
  const listening = await listen("127.0.0.1:0", ({ url }) => {
    if (url.endsWith("/healthz")) probes++;
    else handled.push(counter.turns);
    return new Response("ok");
  });
  const sockets = Array.from({ length: 100 }, () => open(listening, "127.0.0.2").resume());
  for (const socket of sockets) socket.write(REQUEST.replace("healthz", "metrics").repeat(10));
  sockets[0]!.write(REQUEST);
  await eventually("all requests", () => Promise.resolve(handled.length === 1000 && probes === 1));
  assert.equal(new Set(handled).size, 1000);
  for (const socket of sockets) socket.destroy();
  await listening.close();
});

Deno.test("the requests that a connection sends at once are handled one after another", async () => {
  const [first, end] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
  let handled = 0;
  const listening = await listen("127.0.0.1:0", (_, address) => {
    if (address === "127.0.0.3") return new Response("ok");
    handled++;
    first.resolve();
    return end.promise.then((response) => response.clone());
  });
  const socket = open(listening, "127.0.0.2");
  let text = "";
  socket.on("data", (chunk) => text += chunk);
  socket.write(REQUEST.repeat(1000));
  await first.promise;
  assert.match(await answer(listening, "127.0.0.3"), /^HTTP\/1\.1 200 /);
  assert.equal(handled, 1);
  end.resolve(new Response("done"));
  await eventually(
    "all responses",
    () => Promise.resolve(text.match(/HTTP\/1\.1 200 /g)?.length === 1000),
  );
  socket.destroy();
  await listening.close();
});

Deno.test("a connection is closed when its waiting requests exceed the maximum", async () => {
  const end = Promise.withResolvers<Response>();
  let handled = 0;
  const listening = await listen("127.0.0.1:0", (_, address) => {
    if (address === "127.0.0.3") return new Response("ok");
    handled++;
    return end.promise;
  }, { waitingRequests: 1500, silentMs: 600_000 });
  const sockets = [1, 2, 3].map(() => open(listening, "127.0.0.2"));
  for (const socket of sockets) socket.resume().write(REQUEST.repeat(1000));
  await eventually(
    "a closed connection",
    () => Promise.resolve(sockets.some(({ destroyed }) => destroyed)),
  );
  assert.match(await answer(listening, "127.0.0.3"), /^HTTP\/1\.1 200 /);
  assert.ok(handled <= 3, `${handled} requests`);
  end.resolve(new Response("done"));
  for (const socket of sockets) socket.destroy();
  await listening.close();
});

Deno.test("a client that reads no response does not make the endpoint answer all of its requests", async () => {
  const large = "x".repeat(2 ** 20);
  let handled = 0;
  const listening = await listen("127.0.0.1:0", (_, address) => {
    if (address === "127.0.0.2") handled++;
    return new Response(address === "127.0.0.2" ? large : "ok");
  }, { silentMs: 300, connections: 1 });
  const socket = open(listening, "127.0.0.2");
  socket.pause().write(REQUEST.repeat(1000));
  await once(socket, "connect");
  await eventually(
    "an answer on a second connection, after the first one is closed",
    async () => (await answer(listening, "127.0.0.3")).endsWith("ok"),
  );
  assert.ok(handled > 0 && handled < 100, `${handled} requests`);
  socket.destroy();
  await listening.close();
});
