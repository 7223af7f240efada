/** Serves a handler on an address in the form that Kubernetes components use, `host:port` or `:port`. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { errorText, inBackground } from "../api/mod.ts";
import type { Handler } from "./app.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { RequestQueues, Turns } from "./pipelining.ts";

/** An HTTP endpoint that listens on an address. */
export interface Listening {
  /** The URL of the endpoint on this machine, `http://host:port` or `https://host:port`. */
  url: string;
  /** Uses another certificate for new connections. Does nothing when the endpoint serves HTTP. */
  renew(certificate: Certificate): void;
  /** Stops listening and closes idle connections. Running responses have one second to finish. */
  close(): Promise<void>;
}

/** A certificate of the endpoint. The caller ensures that the key belongs to the certificate. */
export interface Certificate {
  /** The certificate and its intermediates, in PEM format. */
  cert: string;
  /** The private key, in PEM format. */
  key: string;
}

/**
 * The error for an address on which the endpoint cannot listen. The message names the address and the cause.
 */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** The paths of the kubelet's probes, whose responses take no time and do not wait for other requests. */
const PROBES = /^\/(?:healthz|readyz)$/;

/** The time that running responses have to finish after the endpoint is closed, in milliseconds. */
const GRACE_MS = 1000;

/**
 * The limits on clients. The endpoint uses `node:http`, because `Deno.serve` cannot limit its clients.
 *
 * The time limits close the connection of a client that sends only part of a request, or does not read the
 * response. The limit for one address ensures that the kubelet's probes can still connect while another
 * client opens many connections.
 */
export interface ClientLimits {
  /** The maximum time in which a client may send a whole request, in milliseconds; 10 s by default. */
  requestMs: number;
  /** The interval of the checks for requests that exceed `requestMs`, in milliseconds; 1 s by default. */
  checkMs: number;
  /** The time without traffic after which a connection is closed, in milliseconds; 30 s by default. */
  silentMs: number;
  /** The maximum number of open connections; 1,024 by default. */
  connections: number;
  /** The maximum number of open connections from one client address; 256 by default. */
  connectionsOfAddress: number;
  /**
   * The maximum number of requests in all connections that wait for the response to an earlier request of the
   * same connection; 4,000 by default.
   */
  waitingRequests: number;
}

const LIMITS: ClientLimits = {
  requestMs: 10_000,
  checkMs: 1000,
  silentMs: 30_000,
  connections: 1024,
  connectionsOfAddress: 256,
  waitingRequests: 4000,
};

/**
 * Parses an address in the form `host:port`; an IPv6 address is written in brackets. An empty host means
 * all IPv4 interfaces (`0.0.0.0`), and port 0 means any free port. Throws ListenError when the string has
 * another form.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseAddress } from "./mod.ts";
 *
 * assert.deepEqual(parseAddress("[::1]:8079"), { hostname: "::1", port: 8079 });
 * ```
 */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new ListenError(`"${address}" is not an address: write host:port, such as :8079`);
  }
  return { hostname: match[1] ?? (match[2] || "0.0.0.0"), port };
}

/**
 * Listens on an address and passes each request to the handler. Rejects with ListenError when the address
 * is invalid or in use, or when Deno does not permit it. A connection is closed when a client takes longer
 * than 10 s to send a request.
 *
 * @param address The address in the form `host:port` or `:port`; see {@link parseAddress}.
 * @param limits The limits that differ from the defaults.
 * @param certificate The certificate with which the endpoint serves HTTPS; HTTP when absent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listen } from "./mod.ts";
 *
 * const { url, close } = await listen("127.0.0.1:0", () => new Response("ok"));
 * assert.equal(await (await fetch(url)).text(), "ok");
 * await close();
 * ```
 */
export async function listen(
  address: string,
  handler: Handler,
  limits: Partial<ClientLimits> = {},
  certificate?: Certificate,
): Promise<Listening> {
  const { hostname, port } = parseAddress(address);
  const { requestMs, checkMs, silentMs, connections, connectionsOfAddress, waitingRequests } = {
    ...LIMITS,
    ...limits,
  };
  const queues = new RequestQueues(waitingRequests);
  const turns = new Turns();
  const options = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: silentMs,
    connectionsCheckingInterval: checkMs,
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    inBackground(
      "HTTP endpoint",
      queues.run(request.socket, response, async () => {
        if (!PROBES.test(request.url ?? "")) await turns.next();
        await respond(handler, request, response);
      }),
    );
  const tls = certificate &&
    createTlsServer({ ...options, ...certificate, handshakeTimeout: requestMs }, onRequest);
  const server = tls ?? createServer(options, onRequest);
  server.timeout = silentMs;
  server.maxConnections = connections;
  server.on("connection", limitByAddress(connectionsOfAddress));
  try {
    server.listen(port, hostname);
    await once(server, "listening");
  } catch (cause) {
    const why = errorText(cause);
    throw new ListenError(`cannot listen on ${address}: ${why}`, { cause });
  }
  const bound = server.address() as { address: string; port: number };
  const host = hostname === "0.0.0.0" || hostname === "::" ? "127.0.0.1" : bound.address;
  const shown = host.includes(":") ? `[${host}]` : host;
  const close = async () => {
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await closed;
    clearTimeout(timer);
  };
  // Deno accepts a key that does not belong to the certificate, and then refuses every connection.
  const renew = (next: Certificate) => tls?.setSecureContext({ ...next });
  return { url: `${tls ? "https" : "http"}://${shown}:${bound.port}`, renew, close };
}

/**
 * Returns a listener that closes a new connection immediately if the client's address already has `most` open
 * connections.
 */
function limitByAddress(most: number): (socket: Socket) => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = socket.remoteAddress ?? "";
    const count = open.get(address) ?? 0;
    if (count >= most) return void socket.destroy();
    open.set(address, count + 1);
    socket.once("close", () => {
      const left = open.get(address)! - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  };
}

/**
 * Passes a request of node:http to the handler. The body of the request is ignored. The returned promise
 * never rejects.
 */
async function respond(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { headers, method = "GET", url = "/", socket } = request;
    const given = Object.entries(headers).filter((h): h is [string, string] =>
      typeof h[1] === "string"
    );
    // The handler does not use the host of the URL. The host is constant, because a malformed Host header
    // would make the URL invalid. A request target that is not a path, such as `*`, becomes a path that the
    // endpoint does not serve.
    const address = new URL(`http://kro${url.startsWith("/") ? url : "/*"}`);
    const answer = await handler(
      new Request(address, { method: passedMethod(method), headers: given }),
      socket.remoteAddress ?? "",
    );
    if (answer.headers.get("content-type") === "text/event-stream") {
      return await stream(answer, response, method);
    }
    const body = new Uint8Array(await answer.arrayBuffer());
    response.writeHead(answer.status, {
      ...Object.fromEntries(answer.headers),
      ...(answer.status !== 304 && { "content-length": String(body.length) }),
    });
    response.end(body);
  } catch {
    // The handler never rejects. The error comes from an invalid request or a closed connection.
    if (!response.headersSent) {
      response.writeHead(400, { ...SECURITY_HEADERS, "content-length": "0" });
    }
    response.end();
  }
}

/**
 * Returns the method that the handler gets. HEAD becomes GET, because a response to HEAD has the
 * Content-Length of the response to GET (RFC 9110, section 8.6); node:http omits the body. CONNECT, TRACE and
 * TRACK become POST, which the handler refuses, because the Fetch standard forbids a Request with these
 * methods.
 */
function passedMethod(method: string): string {
  if (method === "HEAD") return "GET";
  return /^(?:CONNECT|TRACE|TRACK)$/i.test(method) ? "POST" : method;
}

/**
 * Sends an event stream until the client closes the connection or the handler ends the stream. Resolves when
 * the connection is closed.
 */
async function stream(answer: Response, response: ServerResponse, method: string): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  const reader = answer.body!.getReader();
  if (method === "HEAD") {
    await reader.cancel();
    return void response.end();
  }
  response.flushHeaders();
  const closed = new Promise<void>((resolve) => response.once("close", () => resolve()));
  inBackground("event stream", closed.then(() => reader.cancel()).catch(() => {}));
  // If the body fails, the connection is closed even while unsent data is waiting for the client.
  reader.closed.catch(() => response.destroy());
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (response.write(value)) continue;
      await Promise.race([closed, once(response, "drain").catch(() => {})]);
    }
    response.end();
  } catch {
    response.destroy();
  }
  await closed;
}
