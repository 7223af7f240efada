/** Serves a handler on an address in the form that Kubernetes components use, `host:port` or `:port`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { inBackground } from "../api/mod.ts";
import type { Handler } from "./app.ts";

/** An HTTP endpoint that listens on an address. */
export interface Listening {
  /** The URL of the endpoint on this machine, `http://host:port`. */
  url: string;
  /** Stops listening and closes idle connections. Running responses have one second to finish. */
  close(): Promise<void>;
}

/**
 * The error for an address on which the endpoint cannot listen. The message names the address and the cause.
 */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** The time that running responses have to finish after the endpoint is closed, in milliseconds. */
const GRACE_MS = 1000;

/**
 * Limits on clients. `Deno.serve` has none of them; `node:http` has.
 *
 * A client that sends part of a request, or does not read the response, holds its connection only for the
 * time limits. Connections are also limited by address, so that no client shuts out the kubelet's probes.
 */
const LIMITS = {
  /** Time to send a whole request. */
  requestMs: 10_000,
  /** Time between checks for late requests. */
  checkMs: 1000,
  /** Time without any byte on a connection. */
  silentMs: 30_000,
  /** Open connections. */
  connections: 1024,
  /** Open connections of one client address. */
  connectionsOfAddress: 256,
};

/**
 * Parses `host:port`, with IPv6 addresses in brackets. An empty host means all IPv4 interfaces (`0.0.0.0`),
 * port 0 any free port. Throws ListenError for another form.
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
 * is invalid or in use, or when Deno does not permit it. A half-sent request ends after 10 s.
 *
 * @param address The address in the form `host:port` or `:port`; see {@link parseAddress}.
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
  limits: Partial<typeof LIMITS> = {},
): Promise<Listening> {
  const { hostname, port } = parseAddress(address);
  const { requestMs, checkMs, silentMs, connections, connectionsOfAddress } = {
    ...LIMITS,
    ...limits,
  };
  const server = createServer({
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: silentMs,
    connectionsCheckingInterval: checkMs,
  }, (request, response) => inBackground("HTTP endpoint", respond(handler, request, response)));
  server.timeout = silentMs;
  server.maxConnections = connections;
  server.on("connection", limitByAddress(connectionsOfAddress));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, hostname, resolve);
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
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
  return { url: `http://${shown}:${bound.port}`, close };
}

/** Closes a connection at once if its address has as many as permitted. */
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

/** Passes a request of node:http to the handler. The body of a request is ignored. Never rejects. */
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
    // The host of a URL has no meaning here, so that a malformed Host header cannot make it invalid.
    const address = new URL(`http://kro${url.startsWith("/") ? url : "/"}`);
    const answer = await handler(
      new Request(address, { method, headers: given }),
      socket.remoteAddress ?? "",
    );
    const body = new Uint8Array(await answer.arrayBuffer());
    response.writeHead(answer.status, {
      ...Object.fromEntries(answer.headers),
      "content-length": String(body.length),
    });
    response.end(method === "HEAD" ? undefined : body);
  } catch {
    // Reached for a method that the Fetch standard forbids, such as TRACE, or for a closed connection.
    if (!response.headersSent) response.writeHead(400, { "content-length": "0" });
    response.end();
  }
}
