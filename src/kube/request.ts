/** A request to the API server, before credentials and headers are added. */
import type { RequestGate } from "./types.ts";

/** A request to the API server, as passed to the transport. */
export interface KubeRequest {
  /** The HTTP method of the request. */
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The URL path with the query. */
  path: string;
  /**
   * The Kubernetes verb in lower case, for metrics and messages; `raw` for a path without a resource, such as
   * `/version`.
   */
  verb: string;
  /** The resource in the form `deployments.apps`; the URL path for a raw request. */
  resource: string;
  /** The object in the form `namespace/name`, or only the namespace, for messages. */
  object?: string;
  /** The request body as a JSON string. */
  body?: string;
  /** The media type of the request body. */
  contentType?: string;
  /** The value of the Accept header; JSON by default. */
  accept?: string;
  /** The time limit of the request in milliseconds, used in place of the client's limit. */
  timeoutMs?: number;
  /** The maximum size of the response in bytes. By default the verb determines the maximum. */
  longest?: number;
  /** The gate that decides before each attempt whether the request may be sent. */
  gate?: RequestGate;
}

/** Returns the request in the form in which messages name it, such as `GET deployments.apps kro/httpbin`. */
export function requestText(request: KubeRequest): string {
  const object = request.object ? ` ${request.object}` : "";
  return `${
    request.verb === "raw" ? "GET" : request.verb.toUpperCase()
  } ${request.resource}${object}`;
}

/**
 * Reports whether the request is idempotent. An idempotent request may be sent again when no response came.
 */
export function repeatable(request: KubeRequest): boolean {
  return request.method === "GET" || request.verb === "apply";
}

/** Reports whether the request may change an object. */
export function isWrite(request: KubeRequest): boolean {
  return request.method !== "GET";
}
