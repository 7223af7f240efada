/** Faults of single requests, and the record's entry of each request. */
import type { Target } from "./target.ts";

/** One received request. */
export interface Seen extends Target {
  /** Sequence number from 1, over all clients. */
  number: number;
  /** Name of the port that it came through; each process has one. */
  client: string;
  /** User agent. */
  agent: string;
  /** HTTP method. */
  method: string;
  /** The Authorization header. */
  authorization: string;
  /** Path and query. */
  path: string;
  /** Body. */
  body: string;
  /** Time of arrival, by `performance.now()`. */
  began: number;
}

/** One request and its result. */
export interface Entry extends Seen {
  /** Name of the fault; `pass` without one. */
  fault: string;
  /** Time at which it was forwarded to the server. */
  forwarded?: number;
  /** Time at which the server's response was complete; for a watch, its end. */
  ended?: number;
  /** Sequence number among the server's responses, from 1. */
  order?: number;
  /** The server's status, even if the client received a different one. */
  status?: number;
  /** The server's response to a write. */
  answer?: string;
}

/** A fault of one request. */
export interface Fault {
  /** Name in the record. */
  name: string;
  /** Delay before it is forwarded, in milliseconds. */
  delayMs?: number;
  /** False: the request is not forwarded to the server. */
  forward?: boolean;
  /** The client receives nothing before this resolves, also for requests that are not forwarded. */
  hold?: Promise<unknown>;
  /** The client's response instead of the server's. */
  instead?: Instead;
}

/**
 * A broken stream or connection; a TCP reset; the first response that this list ever
 * had; the response cut after some bytes; any body with status 200, as a middlebox may send; an error status.
 */
export type Instead = "break" | "reset" | "older" | { bytes: number } | { text: string } | {
  code: number;
  reason: string;
  retryAfter?: number;
  message?: string;
};

/** Returns the fault of a request; undefined passes it through. */
export type Script = (request: Seen) => Fault | undefined;

/** The request never reaches the server, and its connection breaks. */
export const drop: Fault = { name: "drop", forward: false, instead: "break" };

/** The server executes the request, and the response is lost. */
export const lose: Fault = { name: "lose", instead: "break" };

/** Like {@link lose} with a TCP reset, which hits all requests on that connection. */
export const loseByReset: Fault = { name: "lose by reset", instead: "reset" };

/** A TCP reset before the server sees the request. */
export const reset: Fault = { name: "reset", forward: false, instead: "reset" };

/** The response breaks off after some bytes. */
export function truncate(bytes: number): Fault {
  return { name: `truncate ${bytes}`, instead: { bytes } };
}

/** An older state of a list, for requests with `resourceVersion=0`, which permits any state. */
export const older: Fault = { name: "older", instead: "older" };

/** A response with status 200 that does not come from the server. */
export function babble(text: string): Fault {
  return { name: `babble ${text.slice(0, 20)}`, forward: false, instead: { text } };
}

/** The request is forwarded late. */
export function delay(delayMs: number): Fault {
  return { name: `delay ${delayMs}`, delayMs };
}

/** The server executes the request; the client's connection breaks after `until`. */
export function holdAnswer(until: Promise<unknown>): Fault {
  return { name: "hold answer", hold: until, instead: "break" };
}

/** The request is not forwarded; the client's connection breaks after `until`. */
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

/** An error that the server itself could return for a request that it did not execute; `retryAfter` in seconds. */
export function refuse(code: number, retryAfter?: number): Fault {
  const wait = retryAfter === undefined ? "" : ` after ${retryAfter}`;
  const instead = { code, reason: REASONS[code] ?? "Unknown", retryAfter };
  return { name: `${code}${wait}`, forward: false, instead };
}

/** The Status object of an error, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/. */
export function statusText(refusal: { code: number; reason: string; message?: string }): string {
  const { code, reason, message = `refused by the fault proxy: ${refusal.reason}` } = refusal;
  const head = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  return JSON.stringify({ ...head, message, reason, code });
}
