/** Tests that clients which send or read slowly cannot keep a connection of the HTTP endpoint. */
import assert from "node:assert/strict";
import {
  type Certificate,
  type ClientLimits,
  type Handler,
  listen,
} from "../../../src/server/mod.ts";
import { makeCertificates } from "../../support/controlplane/certificates.ts";
import { eventually } from "../../support/wait.ts";

/**
 * Starts an endpoint that accepts one connection at a time. Sends `text` on a first connection, does not read
 * the response, and waits for a response on a second connection. The endpoint accepts the second connection
 * only after it has closed the first.
 */
async function answersAfter(
  text: string | Uint8Array,
  handler: Handler,
  limits: Partial<ClientLimits>,
  tls?: { certificate: Certificate; client: Deno.HttpClient },
) {
  const most = { ...limits, connectionsOfAddress: 1 };
  const listening = await listen("127.0.0.1:0", handler, most, tls?.certificate);
  const { hostname, port } = new URL(listening.url);
  using slow = await Deno.connect({ hostname, port: Number(port) });
  await slow.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  await eventually("an answer on a second connection", async () => {
    // The header `connection: close` closes the connection after the response, so that no idle connection is
    // left.
    const headers = { connection: "close" };
    const response = await fetch(`${listening.url}/other`, { headers, client: tls?.client })
      .catch(() => undefined);
    return await response?.text() === "other";
  });
  await listening.close();
}

const HALF = "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf";
const WHOLE = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("a request whose body is half-sent keeps no connection", async () => {
  let requests = 0;
  const handler: Handler = (request) => {
    requests++;
    return new Response(new URL(request.url).pathname === "/other" ? "other" : "refused");
  };
  await answersAfter(HALF, handler, { requestMs: 200, checkMs: 50, silentMs: 300 });
  assert.equal(requests, 2);
});

Deno.test("a client that does not read the response keeps no connection", async () => {
  // The response is larger than the buffers of both sockets.
  const large = "x".repeat(64 * 2 ** 20);
  const handler: Handler = (request) =>
    new Response(new URL(request.url).pathname === "/other" ? "other" : large);
  await answersAfter(WHOLE, handler, { silentMs: 300 });
});

Deno.test("a TLS client that sends no handshake, or a part of it, keeps no connection", async () => {
  const { ca, certificate: cert, key } = await makeCertificates();
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const tls = { certificate: { cert, key }, client };
  // The beginning of a ClientHello (RFC 8446, section 4.1.2).
  const half = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3);
  const limits = { requestMs: 200, checkMs: 50, silentMs: 300 };
  for (const text of ["", half]) {
    await answersAfter(text, () => new Response("other"), limits, tls);
  }
});
