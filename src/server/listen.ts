/** Serves a handler on an address in the form of Kubernetes components, `host:port` or `:port`. */
import type { Handler } from "./app.ts";

/** A listening endpoint. */
export interface Listening {
  /** URL under which this machine reaches it, `http://host:port`. */
  url: string;
  /** Stops listening. Running responses get a second, idle connections are closed. */
  close(): Promise<void>;
}

/** An address cannot be listened on; the message names the cause. */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** Time that running responses get when the endpoint closes, in milliseconds. */
const GRACE_MS = 1000;

/** Parses `host:port`. An empty host is every interface, port 0 any free one. Throws ListenError. */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new ListenError(`"${address}" is not an address: write host:port, such as :8079`);
  }
  return { hostname: match[1] ?? (match[2] || "0.0.0.0"), port };
}

/** Listens on an address. Throws ListenError when it is invalid, in use or not permitted. */
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
