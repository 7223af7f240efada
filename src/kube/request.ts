/** A request to the API server before credentials and headers are added. */
import type { RequestGate } from "./types.ts";

/** A request to the API server, as the transport takes it. */
export interface KubeRequest {
  /** HTTP method. */
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  path: string;
  /** Kubernetes' verb in lower case, for metrics and messages; `raw` for plain paths. */
  verb: string;
  /** `deployments.apps`, or the path of a raw request. */
  resource: string;
  /** `namespace/name` or the namespace, for messages. */
  object?: string;
  /** The body, as JSON text. */
  body?: string;
  /** Media type of the body. */
  contentType?: string;
  /** Accept header; JSON by default. */
  accept?: string;
  /** Time limit in milliseconds, instead of the client's. */
  timeoutMs?: number;
  /** Size limit of the response in bytes, instead of the default of its verb. */
  longest?: number;
  /** Gate that each attempt must pass. */
  gate?: RequestGate;
}

/** Returns a request as messages name it: `GET deployments.apps kro/httpbin`. */
export function requestText(request: KubeRequest): string {
  const object = request.object ? ` ${request.object}` : "";
  return `${
    request.verb === "raw" ? "GET" : request.verb.toUpperCase()
  } ${request.resource}${object}`;
}

/** Whether the request is idempotent, so that it may be sent again when no response came. */
export function repeatable(request: KubeRequest): boolean {
  return request.method === "GET" || request.verb === "apply";
}

/** Whether the request may change an object. */
export function isWrite(request: KubeRequest): boolean {
  return request.method !== "GET";
}
