/** Serves a handler on an address in the form that Kubernetes components use, `host:port` or `:port`. */
import type { Handler } from "./app.ts";

/** A listening endpoint. */
export interface Listening {
  /** URL of the endpoint on this machine, `http://host:port`. */
  url: string;
  /** Stops listening and closes idle connections. Running responses get one second to finish. */
  close(): Promise<void>;
}

/** The endpoint cannot listen on an address. The message names the address and the cause. */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** Time that running responses get when the endpoint closes, in milliseconds. */
const GRACE_MS = 1000;

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
 * Listens on an address and passes each request to the handler. Throws ListenError when the address is
 * invalid or in use, or when Deno does not permit it.
 *
 * @param address `host:port` or `:port`; see {@link parseAddress}
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listen } from "./mod.ts";
 *
 * const { url, close } = listen("127.0.0.1:0", () => new Response("ok"));
 * assert.equal(await (await fetch(url)).text(), "ok");
 * await close();
 * ```
 */
export function listen(address: string, handler: Handler): Listening {
  const { hostname, port } = parseAddress(address);
  try {
    const abort = new AbortController();
    const options = { hostname, port, signal: abort.signal, onListen: () => {} };
    const server = Deno.serve(options, handler);
    const bound = server.addr;
    const host = hostname === "0.0.0.0" || hostname === "::" ? "127.0.0.1" : bound.hostname;
    const shown = host.includes(":") ? `[${host}]` : host;
    const close = async () => {
      const timer = setTimeout(() => abort.abort(), GRACE_MS);
      await server.shutdown();
      clearTimeout(timer);
    };
    return { url: `http://${shown}:${bound.port}`, close };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ListenError(`cannot listen on ${address}: ${why}`, { cause });
  }
}
