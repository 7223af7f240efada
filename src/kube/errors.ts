/** Turns HTTP responses and failures of fetch into errors that name the request. */
import { ApiError, type ApiErrorReason, isObject, type StatusCause } from "../api/mod.ts";
import type { ClusterConfig } from "./types.ts";

/** The configuration cannot be used. The message is one line and says what to change. */
export class ConfigError extends Error {
  /** Always `ConfigError`. */
  override readonly name = "ConfigError";
}

/** Neither flags, environment, pod nor home folder configure a cluster. */
export class NoClusterError extends ConfigError {}

/** A file of the configuration does not exist. Callers may try another path. */
export class MissingFileError extends ConfigError {}

const byCode: Record<number, ApiErrorReason> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

const byReason: Record<string, ApiErrorReason> = {
  NotFound: "NotFound",
  AlreadyExists: "AlreadyExists",
  Conflict: "Conflict",
  Invalid: "Invalid",
  Forbidden: "Forbidden",
  Unauthorized: "Unauthorized",
  BadRequest: "BadRequest",
  Gone: "Gone",
  Expired: "Gone",
  TooManyRequests: "TooManyRequests",
  Timeout: "Timeout",
};

/** Returns the reason of a failed request: that of its Status if known, else that of the HTTP status. */
export function reasonOf(code: number, statusReason?: unknown): ApiErrorReason {
  const named = typeof statusReason === "string" ? byReason[statusReason] : undefined;
  return named ?? byCode[code] ?? (code >= 500 ? "ServerError" : "Other");
}

/**
 * Returns the seconds to wait by a Retry-After header, which holds seconds or a date (RFC 9110, section
 * 10.2.3); undefined when it holds neither. `now` is in milliseconds since 1970.
 */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * Returns the error for a response that is not 2xx. `request` names verb and object; `body` is a
 * metav1.Status or the page of a proxy.
 */
export function refusal(
  request: string,
  code: number,
  body: string,
  retryAfterSeconds?: number,
): ApiError {
  const status = statusOf(body);
  const details = isObject(status?.details) ? status.details : {};
  const causes = Array.isArray(details.causes)
    ? details.causes.filter(isObject) as StatusCause[]
    : undefined;
  const message = typeof status?.message === "string" && status.message !== ""
    ? status.message
    : `HTTP ${code} ${firstLine(body)}`.trimEnd();
  return new ApiError(`${request}: ${message}`, {
    reason: reasonOf(code, status?.reason),
    code,
    causes,
    retryAfterSeconds,
  });
}

/** Returns the error for a failed connection; a ConfigError when Deno does not permit the host. */
export function unreachable(request: string, config: ClusterConfig, error: unknown): Error {
  const where = hostOf(config.server);
  if (error instanceof Deno.errors.NotCapable) {
    return new ConfigError(`${request}: no permission: run with --allow-net=${where}`);
  }
  const cause = causeText(error);
  const hint = !/certificate/i.test(cause)
    ? ""
    : config.insecure
    ? `; insecure-skip-tls-verify needs --unsafely-ignore-certificate-errors=${hostName(where)}`
    : "; check the certificate authority";
  return new ApiError(
    `${request}: cannot reach ${where} (from ${config.origin}): ${cause}${hint}`,
    {
      reason: "Unreachable",
      cause: error,
    },
  );
}

/** Returns `host:port` of a URL, with the default port of its scheme. */
export function hostOf(server: string): string {
  const url = new URL(server);
  return `${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`;
}

/** Returns the innermost message of a failed fetch, without the URL and the prefix of Deno's HTTP client. */
export function causeText(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause) innermost = innermost.cause;
  const message = innermost instanceof Error ? innermost.message : String(innermost);
  return message.replace(/^.*?client error \(\w+\): /s, "").replace(/\s+/g, " ");
}

function statusOf(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) && parsed.kind === "Status" ? parsed : undefined;
  } catch {
    return undefined; // the page of a proxy is not JSON
  }
}

function hostName(hostAndPort: string): string {
  return hostAndPort.slice(0, hostAndPort.lastIndexOf(":"));
}

function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").slice(0, 200);
}

/** The abort reason of a watch that was closed because no event or bookmark arrived in time. */
export class InactivityError extends Error {
  /** Always `InactivityError`. */
  override readonly name = "InactivityError";
}
