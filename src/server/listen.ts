/** Serves a handler on a `host:port` as Kubernetes components take it (`:8079`). */
import type { Handler } from "./app.ts";

/** A listening endpoint. */
export interface Listening {
  /** `http://host:port` under which this machine reaches it. */
  url: string;
  /** Stops listening; answers under way have a moment, idle connections hold nothing up. */
  close(): Promise<void>;
}

/** An address that cannot be listened on; the message says why. */
export class ListenError extends Error {
  /** Always `ListenError`. */
  override readonly name = "ListenError";
}

/** How long an answer under way may take once the endpoint closes. */
const GRACE_MS = 1000;

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
