/**
 * The faults that the fault proxy can apply to a single request, and the record that the proxy keeps of each
 * request.
 */
import type { Target } from "./target.ts";

/** One API request that the fault proxy received. */
export interface Seen extends Target {
  /** The request's sequence number; counts from 1 over the requests of all clients. */
  number: number;
  /**
   * The name of the client that sent the request. Each client connects to a port of its own, by which the
   * proxy recognizes the client.
   */
  client: string;
  /** The request's User-Agent header. */
  agent: string;
  /** The request's HTTP method, such as `PATCH`. */
  method: string;
  /** The request's Authorization header. */
  authorization: string;
  /** The request's path and query string. */
  path: string;
  /** The request's body. */
  body: string;
  /**
   * The time at which the request arrived at the proxy, as a value of `performance.now()` in
   * milliseconds.
   */
  began: number;
}

/** One request that the proxy received, and the API server's response. */
export interface Entry extends Seen {
  /** The name of the fault that was applied to the request; `pass` if no fault was applied. */
  fault: string;
  /**
   * The time at which the proxy forwarded the request to the API server, as a value of
   * `performance.now()` in milliseconds.
   */
  forwarded?: number;
  /**
   * The time at which the proxy had received the whole response of the API server, as a value of
   * `performance.now()` in milliseconds. For a watch, the time at which the watch ended.
   */
  ended?: number;
  /**
   * The position of this response in the order in which the API server completed its responses, from 1.
   * Undefined for a watch.
   */
  order?: number;
  /** The HTTP status that the API server returned. The client may have received another status. */
  status?: number;
  /** The body of the API server's response; only recorded for writes. */
  answer?: string;
}

/** A fault that the proxy applies to one request. */
export interface Fault {
  /** The fault's name. The proxy records the name in {@link Entry.fault}. */
  name: string;
  /** The delay before the proxy forwards the request, in milliseconds. */
  delayMs?: number;
  /** Whether the proxy forwards the request to the API server; true by default. */
  forward?: boolean;
  /**
   * The proxy holds the response back until this promise resolves, even if it does not forward the request.
   */
  hold?: Promise<unknown>;
  /** The response that the client receives instead of the API server's response. */
  instead?: Instead;
}

/**
 * What the client receives instead of the API server's response:
 * - `"break"`: a broken HTTP/2 stream or a closed HTTP/1.1 connection;
 * - `"reset"`: a TCP reset of the connection;
 * - `"older"`: the first response that the proxy has seen to a list of the same URL path;
 * - `bytes`: only the first `bytes` bytes of the API server's response;
 * - `text`: this string with status 200, as a misconfigured middlebox may send it;
 * - `code`: an error with this HTTP status.
 */
export type Instead = "break" | "reset" | "older" | { bytes: number } | { text: string } | {
  code: number;
  reason: string;
  retryAfter?: number;
  message?: string;
};

/**
 * A function that selects the fault of each request. If it returns undefined, the proxy passes the
 * request through.
 */
export type Script = (request: Seen) => Fault | undefined;

/** A fault: the request never reaches the API server, and the client's connection breaks. */
export const drop: Fault = { name: "drop", forward: false, instead: "break" };

/**
 * A fault: the API server executes the request, but the client's connection breaks before the
 * response.
 */
export const lose: Fault = { name: "lose", instead: "break" };

/**
 * A fault: the API server executes the request, but a TCP reset ends the client's connection and
 * all other requests on it.
 */
export const loseByReset: Fault = { name: "lose by reset", instead: "reset" };

/** A fault: a TCP reset ends the client's connection before the request reaches the API server. */
export const reset: Fault = { name: "reset", forward: false, instead: "reset" };

/** A fault: the client receives only the first `bytes` bytes of the response. */
export function truncate(bytes: number): Fault {
  return { name: `truncate ${bytes}`, instead: { bytes } };
}

/**
 * A fault for lists with `resourceVersion=0`: the client receives an older state of the objects. A real API
 * server may return an older state as well, because `resourceVersion=0` permits data of any age.
 */
export const older: Fault = { name: "older", instead: "older" };

/**
 * A fault: the client receives `text` with status 200, and the request never reaches the API
 * server.
 */
export function babble(text: string): Fault {
  return { name: `babble ${text.slice(0, 20)}`, forward: false, instead: { text } };
}

/** A fault: the proxy waits `delayMs` milliseconds before it forwards the request. */
export function delay(delayMs: number): Fault {
  return { name: `delay ${delayMs}`, delayMs };
}

/**
 * A fault: the API server executes the request, but the client waits for a response until `until`
 * resolves. Then the client's connection breaks.
 */
export function holdAnswer(until: Promise<unknown>): Fault {
  return { name: "hold answer", hold: until, instead: "break" };
}

/**
 * A fault: the request never reaches the API server, and the client waits for a response until
 * `until` resolves. Then the client's connection breaks.
 */
export function holdRequest(until: Promise<unknown>): Fault {
  return { name: "hold request", forward: false, hold: until, instead: "break" };
}

const REASONS: Record<number, string> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/**
 * A fault: the client receives the HTTP error `code`, and the API server does not execute the
 * request. `retryAfter` is the value of the Retry-After header, in seconds.
 */
export function refuse(code: number, retryAfter?: number): Fault {
  const wait = retryAfter === undefined ? "" : ` after ${retryAfter}`;
  const instead = { code, reason: REASONS[code] ?? "Unknown", retryAfter };
  return { name: `${code}${wait}`, forward: false, instead };
}

/**
 * Returns the JSON of the Status object with which an API server reports an error, see
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/.
 */
export function statusText(refusal: { code: number; reason: string; message?: string }): string {
  const { code, reason, message = `refused by the fault proxy: ${refusal.reason}` } = refusal;
  const head = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  return JSON.stringify({ ...head, message, reason, code });
}
