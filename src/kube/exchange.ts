/** One request as the transport takes it, and how messages name it. */

import type { RequestGate } from "./types.ts";

/** One request before credentials and headers. */
export interface Exchange {
  /** HTTP method. */
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  path: string;
  /** For metrics and, in upper case, for messages. */
  verb: string;
  /** `deployments.apps`, or the path of a raw request. */
  resource: string;
  /** `namespace/name` or the namespace, for messages. */
  object?: string;
  /** JSON text. */
  body?: string;
  /** Of the body. */
  contentType?: string;
  /** JSON by default. */
  accept?: string;
  /** Instead of the client's time limit. */
  timeoutMs?: number;
  /** How long its answer may be, in bytes, where that is not what one of its verb may be. */
  longest?: number;
  /** Asked before each attempt. */
  gate?: RequestGate;
}

/** `GET deployments.apps kro/httpbin`. */
export function requestText(exchange: Exchange): string {
  const object = exchange.object ? ` ${exchange.object}` : "";
  return `${
    exchange.verb === "raw" ? "GET" : exchange.verb.toUpperCase()
  } ${exchange.resource}${object}`;
}

/** Whether it may be sent twice, as the effect is that of once. */
export function repeatable(exchange: Exchange): boolean {
  return exchange.method === "GET" || exchange.verb === "apply";
}

/** Whether it may change something. */
export function isWrite(exchange: Exchange): boolean {
  return exchange.method !== "GET";
}
