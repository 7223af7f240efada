/** Serves a handler on a `host:port` as Kubernetes components take it (`:8079`). */
import type { Handler } from "./app.ts";

/** A listening endpoint. */
export interface Listening {
  /** `http://host:port` under which this machine reaches it. */
  url: string;
  /** Stops listening and waits for answers under way. */
  close(): Promise<void>;
}

/** An address that cannot be listened on; the message says why. */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** Splits `host:port`; an empty host is every interface, port 0 any free one. */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new ListenError(`"${address}" is not an address: write host:port, such as :8079`);
  }
  return { hostname: match[1] ?? (match[2] || "0.0.0.0"), port };
}

/** Starts to listen. Throws ListenError when the address is taken or may not be used. */
export function listen(address: string, handler: Handler): Listening {
  const { hostname, port } = parseAddress(address);
  try {
    const server = Deno.serve({ hostname, port, onListen: () => {} }, handler);
    const bound = server.addr;
    const host = hostname === "0.0.0.0" || hostname === "::" ? "127.0.0.1" : bound.hostname;
    const shown = host.includes(":") ? `[${host}]` : host;
    return { url: `http://${shown}:${bound.port}`, close: () => server.shutdown() };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ListenError(`cannot listen on ${address}: ${why}`, { cause });
  }
}
