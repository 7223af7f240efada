/**
 * Tests that a client with many connections or many requests does not prevent other clients from using kro's
 * HTTP endpoint.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { listen, type Listening } from "../../../src/server/mod.ts";
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
