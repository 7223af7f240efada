/** What the proxy does to one request, and what it remembers of each. */
import type { Target } from "./target.ts";

/** One request as it came in. */
export interface Seen extends Target {
  /** From 1, over all clients. */
  number: number;
  /** The door it came through: one for each process. */
  client: string;
  /** User agent. */
  agent: string;
  /** HTTP method. */
  method: string;
  /** The Authorization header. */
  authorization: string;
  /** Path and query. */
  path: string;
  /** What was sent. */
  body: string;
  /** When it came, by `performance.now()`. */
  began: number;
}

/** One request and what came of it. */
export interface Entry extends Seen {
  /** What was done to it; `pass` for nothing. */
  fault: string;
  /** When it was handed to the server. */
  forwarded?: number;
  /** When the server had answered in full; for a watch, when it ended. */
  ended?: number;
  /** Place among all answers of the server, from 1. */
  order?: number;
  /** The server's status, whatever the client was told. */
  status?: number;
  /** The server's answer to a write. */
  answer?: string;
}

/** What becomes of one request. */
export interface Fault {
  /** How the record names it. */
  name: string;
  /** Before it is handed on, in milliseconds. */
  delayMs?: number;
  /** False: the server never sees it. */
  forward?: boolean;
  /** The client hears nothing before this settles; what is not forwarded waits as well. */
  hold?: Promise<unknown>;
  /** What the client gets in place of the server's answer. */
  instead?: Instead;
}

/**
 * Nothing: its stream or connection breaks; its TCP connection is reset; the first answer that this list ever
 * had; so many bytes and a break; any text as a success, as what lies between may answer; a status.
 */
export type Instead = "break" | "reset" | "older" | { bytes: number } | { text: string } | {
  code: number;
  reason: string;
  retryAfter?: number;
  message?: string;
};

/** Decides over each request; undefined lets it pass. */
export type Script = (request: Seen) => Fault | undefined;

/** The request never reaches the server, and its connection breaks. */
export const drop: Fault = { name: "drop", forward: false, instead: "break" };

/** The server does it and nobody hears of it. */
export const lose: Fault = { name: "lose", instead: "break" };

/** The same with a TCP reset, which hits all requests on that connection. */
export const loseByReset: Fault = { name: "lose by reset", instead: "reset" };

/** A TCP reset before the server sees the request. */
export const reset: Fault = { name: "reset", forward: false, instead: "reset" };

/** The answer breaks off after so many bytes. */
export function truncate(bytes: number): Fault {
  return { name: `truncate ${bytes}`, instead: { bytes } };
}

/** A list as it once was, where that is allowed: whoever asks for `resourceVersion=0` may get any state. */
export const older: Fault = { name: "older", instead: "older" };

/** A success that is none: not the server's. */
export function babble(text: string): Fault {
  return { name: `babble ${text.slice(0, 20)}`, forward: false, instead: { text } };
}

/** Handed on later. */
export function delay(delayMs: number): Fault {
  return { name: `delay ${delayMs}`, delayMs };
}

/** The server does it; what the client hears, it hears after `until`. */
export function holdAnswer(until: Promise<unknown>): Fault {
  return { name: "hold answer", hold: until, instead: "break" };
}

/** The server does not see it; after `until` its connection breaks. */
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

/** A refusal that the server itself could have given, without having done anything; `retryAfter` in seconds. */
export function refuse(code: number, retryAfter?: number): Fault {
  const wait = retryAfter === undefined ? "" : ` after ${retryAfter}`;
  const instead = { code, reason: REASONS[code] ?? "Unknown", retryAfter };
  return { name: `${code}${wait}`, forward: false, instead };
}

/** The Status object of a refusal, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/. */
export function statusText(refusal: { code: number; reason: string; message?: string }): string {
  const { code, reason, message = `refused by the fault proxy: ${refusal.reason}` } = refusal;
  const head = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  return JSON.stringify({ ...head, message, reason, code });
}
